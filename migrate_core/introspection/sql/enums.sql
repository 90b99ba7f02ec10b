-- One JSON array of Enum, labels in their sort order.
SELECT coalesce(
         json_agg(
           json_build_object(
             'name', quote_ident(n.nspname) || '.' || quote_ident(t.typname),
             'values', v.labels,
             'comment', d.description
           )
           ORDER BY n.nspname, t.typname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_type AS t
  JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
 CROSS JOIN LATERAL (
       SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]') AS labels
         FROM pg_catalog.pg_enum AS e
        WHERE e.enumtypid = t.oid
       ) AS v
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
 WHERE t.typtype = 'e'
   AND t.typnamespace = ANY (%(schemas)s::oid[])
   AND NOT t.typname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_type'::regclass AND x.objid = t.oid AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
