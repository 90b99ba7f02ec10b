-- One JSON array of [relation's oid, [Rule, ...]] in name order; a view's own query is none.
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT u.ev_class::bigint AS relation,
              json_agg(
                json_build_object(
                  'name', u.rulename,
                  'definition', rtrim(pg_get_ruledef(u.oid), ';'),
                  'enabled', CASE u.ev_enabled
                    WHEN 'O' THEN 'origin'
                    WHEN 'D' THEN 'disabled'
                    WHEN 'R' THEN 'replica'
                    ELSE 'always'
                  END,
                  'comment', d.description
                )
                ORDER BY u.rulename
              ) AS parts
         FROM pg_catalog.pg_rewrite AS u
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_rewrite'::regclass AND d.objoid = u.oid
        WHERE u.rulename <> '_RETURN'
          AND u.ev_class = ANY (%(relations)s::oid[])
          AND NOT u.rulename::text ^@ '_zanith_'
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_rewrite'::regclass AND e.objid = u.oid
               AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
        GROUP BY u.ev_class
       ) AS p
