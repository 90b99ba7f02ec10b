-- One JSON array of Domain, checks in name order. A NOT NULL has a name from 17 on; it is told
-- where it is not the one that PostgreSQL would give.
SELECT coalesce(
         json_agg(
           json_build_object(
             'name', quote_ident(n.nspname) || '.' || quote_ident(t.typname),
             'type', format_type(t.typbasetype, t.typtypmod),
             'collation', CASE WHEN t.typcollation <> b.typcollation THEN (
               SELECT quote_ident(s.nspname) || '.' || quote_ident(c.collname)
                 FROM pg_catalog.pg_collation AS c
                 JOIN pg_catalog.pg_namespace AS s ON s.oid = c.collnamespace
                WHERE c.oid = t.typcollation
             ) END,
             'not_null', t.typnotnull,
             'not_null_name', (
               SELECT k.conname FROM pg_catalog.pg_constraint AS k
                WHERE k.contypid = t.oid
                  AND k.contype = 'n'
                  AND k.conname::text <> left(t.typname::text, 54) || '_not_null'
             ),
             'default', coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
             'constraints', (
               SELECT coalesce(
                        json_agg(
                          json_build_object(
                            'name', k.conname,
                            'definition', CASE
                              WHEN k.convalidated THEN pg_get_constraintdef(k.oid)
                              ELSE regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '')
                            END,
                            'validated', k.convalidated,
                            'comment', e.description
                          )
                          ORDER BY k.conname
                        ),
                        '[]'
                      )
                 FROM pg_catalog.pg_constraint AS k
                 LEFT JOIN pg_catalog.pg_description AS e
                   ON e.classoid = 'pg_catalog.pg_constraint'::regclass
                  AND e.objoid = k.oid
                  AND e.objsubid = 0
                WHERE k.contypid = t.oid AND k.contype = 'c'
             ),
             'comment', d.description
           )
           ORDER BY n.nspname, t.typname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_type AS t
  JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
  JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typtype = 'd'
   AND t.typnamespace = ANY (%(schemas)s::oid[])
   AND NOT t.typname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_type'::regclass
        AND x.objid = t.oid
        AND x.deptype = 'e'
        AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
