-- As others_publications.sql: 14 has no column lists, row filters or schemas in publications.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', 'publication',
             'name', quote_ident(p.pubname),
             'definition', concat_ws(
               E'\n',
               (to_jsonb(p) - '{oid,pubname,pubowner}'::text[])::text,
               (
                 SELECT string_agg(
                          'TABLE ' || r.prrelid::regclass::text,
                          E'\n' ORDER BY r.prrelid::regclass::text
                        )
                   FROM pg_catalog.pg_publication_rel AS r
                   JOIN pg_catalog.pg_class AS c
                     ON c.oid = r.prrelid AND NOT c.relname::text ^@ '_zanith_'
                  WHERE r.prpubid = p.oid
               )
             )
           )
           ORDER BY p.pubname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_publication AS p
 WHERE NOT p.pubname::text ^@ '_zanith_'
