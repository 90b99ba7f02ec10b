-- One JSON array of [oid, MaterializedView without its indexes]. Whether it is populated is
-- data; what TOAST holds of its options belongs to it.
SELECT coalesce(
         json_agg(
           json_build_array(
             c.oid::bigint,
             json_build_object(
               'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
               'definition', rtrim(pg_get_viewdef(c.oid), ';'),
               'options', (
                 SELECT coalesce(json_agg(u.option), '[]')
                   FROM (
                        SELECT unnest(c.reloptions) AS option
                         UNION ALL
                        SELECT 'toast.' || unnest(s.reloptions)
                          FROM pg_catalog.pg_class AS s
                         WHERE s.oid = c.reltoastrelid
                        ) AS u
               ),
               'access_method', m.amname,
               'tablespace', p.spcname,
               'outputs', o.outputs,
               'clustered_on', (
                 SELECT i.relname
                   FROM pg_catalog.pg_index AS x
                   JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
                  WHERE x.indrelid = c.oid AND x.indisclustered
               ),
               'comment', d.description
             )
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_am AS m ON m.oid = c.relam AND m.amname <> 'heap'
  LEFT JOIN pg_catalog.pg_tablespace AS p ON p.oid = c.reltablespace
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 CROSS JOIN LATERAL (
       SELECT coalesce(
                json_agg(
                  json_build_object(
                    'name', a.attname,
                    'type', format_type(a.atttypid, a.atttypmod),
                    'collation', quote_ident(ln.nspname) || '.' || quote_ident(l.collname),
                    'storage', CASE WHEN a.attstorage <> t.typstorage THEN
                      CASE a.attstorage
                        WHEN 'p' THEN 'plain'
                        WHEN 'e' THEN 'external'
                        WHEN 'm' THEN 'main'
                        ELSE 'extended'
                      END
                    END,
                    'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
                    'statistics', nullif(a.attstattarget, -1),
                    'options', coalesce(to_json(a.attoptions), '[]'),
                    'comment', e.description
                  )
                  ORDER BY a.attnum
                ),
                '[]'
              ) AS outputs
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_collation AS l
           ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
         LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
         LEFT JOIN pg_catalog.pg_description AS e
           ON e.classoid = 'pg_catalog.pg_class'::regclass
          AND e.objoid = a.attrelid
          AND e.objsubid = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       ) AS o
 WHERE c.relkind = 'm'
   AND c.relnamespace = ANY (%(schemas)s::oid[])
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e'
        AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
