-- One JSON array of [relation's oid, [Trigger, ...]] in name order. A partition's copy of its
-- parent's trigger counts only where it was switched on or off by itself.
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT g.tgrelid::bigint AS relation,
              json_agg(
                json_build_object(
                  'name', g.tgname,
                  'definition', pg_get_triggerdef(g.oid),
                  'enabled', CASE g.tgenabled
                    WHEN 'O' THEN 'origin'
                    WHEN 'D' THEN 'disabled'
                    WHEN 'R' THEN 'replica'
                    ELSE 'always'
                  END,
                  'constraint', g.tgconstraint <> 0,
                  'inherited', o.oid IS NOT NULL,
                  'comment', d.description
                )
                ORDER BY g.tgname
              ) AS parts
         FROM pg_catalog.pg_trigger AS g
         LEFT JOIN pg_catalog.pg_trigger AS o ON o.oid = g.tgparentid
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_trigger'::regclass AND d.objoid = g.oid
        WHERE NOT g.tgisinternal
          AND g.tgrelid = ANY (%(relations)s::oid[])
          AND NOT g.tgname::text ^@ '_zanith_'
          AND (o.oid IS NULL OR g.tgenabled <> o.tgenabled)
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_trigger'::regclass AND e.objid = g.oid
               AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
        GROUP BY g.tgrelid
       ) AS p
