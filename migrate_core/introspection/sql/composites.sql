-- One JSON array of Composite, attributes in attnum order. The row types of tables are no part.
SELECT coalesce(
         json_agg(
           json_build_object(
             'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
             'attributes', v.attributes,
             'comment', d.description
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 CROSS JOIN LATERAL (
       SELECT coalesce(
                json_agg(
                  json_build_object(
                    'name', a.attname,
                    'type', format_type(a.atttypid, a.atttypmod),
                    'collation', quote_ident(s.nspname) || '.' || quote_ident(l.collname),
                    'comment', e.description
                  )
                  ORDER BY a.attnum
                ),
                '[]'
              ) AS attributes
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_collation AS l
           ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
         LEFT JOIN pg_catalog.pg_namespace AS s ON s.oid = l.collnamespace
         LEFT JOIN pg_catalog.pg_description AS e
           ON e.classoid = 'pg_catalog.pg_class'::regclass
          AND e.objoid = a.attrelid
          AND e.objsubid = a.attnum
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       ) AS v
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_type'::regclass AND d.objoid = c.reltype AND d.objsubid = 0
 WHERE c.relkind = 'c'
   AND c.relnamespace = ANY (%(schemas)s::oid[])
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_type'::regclass
        AND x.objid = c.reltype
        AND x.deptype = 'e'
        AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
