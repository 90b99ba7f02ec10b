-- One JSON array of Other: publications, with their tables (columns, row filters) and schemas.
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
                          concat_ws(
                            ' ', 'TABLE', r.prrelid::regclass::text,
                            '(' || (
                              SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                                FROM pg_catalog.pg_attribute AS a
                               WHERE a.attrelid = r.prrelid
                                 AND a.attnum = ANY (r.prattrs::int2[])
                            ) || ')',
                            'WHERE ' || pg_get_expr(r.prqual, r.prrelid)
                          ),
                          E'\n' ORDER BY r.prrelid::regclass::text
                        )
                   FROM pg_catalog.pg_publication_rel AS r
                   JOIN pg_catalog.pg_class AS c
                     ON c.oid = r.prrelid AND NOT c.relname::text ^@ '_zanith_'
                  WHERE r.prpubid = p.oid
               ),
               (
                 SELECT string_agg('SCHEMA ' || quote_ident(n.nspname), E'\n' ORDER BY n.nspname)
                   FROM pg_catalog.pg_publication_namespace AS s
                   JOIN pg_catalog.pg_namespace AS n ON n.oid = s.pnnspid
                  WHERE s.pnpubid = p.oid
               )
             )
           )
           ORDER BY p.pubname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_publication AS p
 WHERE NOT p.pubname::text ^@ '_zanith_'
