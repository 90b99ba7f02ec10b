-- One JSON array of Definition: publications, with their tables (columns, row filters) and schemas.
-- What only later majors have comes from the row as JSON.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', 'publication',
             'name', quote_ident(p.pubname),
             'create', 'CREATE PUBLICATION ' || quote_ident(p.pubname)
               || CASE WHEN p.puballtables THEN ' FOR ALL TABLES' ELSE '' END,
             'then', ARRAY(
               SELECT 'ALTER PUBLICATION ' || quote_ident(p.pubname) || ' SET (publish = '
                        || quote_literal(concat_ws(
                          ', ',
                          CASE WHEN p.pubinsert THEN 'insert' END,
                          CASE WHEN p.pubupdate THEN 'update' END,
                          CASE WHEN p.pubdelete THEN 'delete' END,
                          CASE WHEN p.pubtruncate THEN 'truncate' END
                        )) || ')'
                WHERE NOT (p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate)
             ) || ARRAY(
               SELECT 'ALTER PUBLICATION ' || quote_ident(p.pubname)
                        || ' SET (publish_via_partition_root = true)'
                WHERE p.pubviaroot
             ) || ARRAY(
               SELECT 'ALTER PUBLICATION ' || quote_ident(p.pubname)
                        || ' SET (publish_generated_columns = stored)'
                 FROM json_each_text(to_json(p)) AS g
                WHERE g.key = 'pubgencols' AND g.value = 's'
             ) || ARRAY(
               SELECT concat(
                  'ALTER PUBLICATION ', quote_ident(p.pubname), ' ADD TABLE ONLY ',
                  quote_ident(n.nspname), '.', quote_ident(c.relname),
                  CASE WHEN r.prattrs IS NOT NULL THEN ' (' || (
                    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                      FROM pg_catalog.pg_attribute AS a
                     WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])
                  ) || ')' END,
                  ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')'
                 )
                 FROM pg_catalog.pg_publication_rel AS r
                 JOIN pg_catalog.pg_class AS c
                   ON c.oid = r.prrelid AND NOT c.relname::text ^@ '_zanith_'
                 JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                WHERE r.prpubid = p.oid
                ORDER BY n.nspname, c.relname
             ) || ARRAY(
               SELECT 'ALTER PUBLICATION ' || quote_ident(p.pubname) || ' ADD TABLES IN SCHEMA '
                        || quote_ident(n.nspname)
                 FROM pg_catalog.pg_publication_namespace AS s
                 JOIN pg_catalog.pg_namespace AS n ON n.oid = s.pnnspid
                WHERE s.pnpubid = p.oid
                ORDER BY n.nspname
             ),
             'comment', d.description
           )
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_publication AS p
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_publication'::regclass AND d.objoid = p.oid
 WHERE NOT p.pubname::text ^@ '_zanith_'
