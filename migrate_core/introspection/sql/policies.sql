-- One JSON array of [table's oid, [Policy, ...]] in name order; role 0 is "public".
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT y.polrelid::bigint AS relation,
              json_agg(
                json_build_object(
                  'name', y.polname,
                  'permissive', y.polpermissive,
                  'command', CASE y.polcmd
                    WHEN 'r' THEN 'select'
                    WHEN 'a' THEN 'insert'
                    WHEN 'w' THEN 'update'
                    WHEN 'd' THEN 'delete'
                    ELSE 'all'
                  END,
                  'roles', CASE
                    WHEN 0 = ANY (y.polroles) THEN '["public"]'
                    ELSE r.names
                  END,
                  'using', pg_get_expr(y.polqual, y.polrelid),
                  'check', pg_get_expr(y.polwithcheck, y.polrelid),
                  'comment', d.description
                )
                ORDER BY y.polname
              ) AS parts
         FROM pg_catalog.pg_policy AS y
        CROSS JOIN LATERAL (
              SELECT json_agg(o.rolname ORDER BY o.rolname) AS names
                FROM pg_catalog.pg_roles AS o
               WHERE o.oid = ANY (y.polroles)
              ) AS r
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_policy'::regclass
          AND d.objoid = y.oid
          AND d.objsubid = 0
        WHERE y.polrelid = ANY (%(tables)s::oid[])
          AND NOT y.polname::text ^@ '_zanith_'
        GROUP BY y.polrelid
       ) AS p
