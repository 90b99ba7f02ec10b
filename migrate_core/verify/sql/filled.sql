-- Materialized views that hold rows, each after those that it may read: quoted names.
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind = 'm'
   AND c.relispopulated
   AND NOT n.nspname::text ^@ '_zanith_'
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid
        AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
 ORDER BY c.oid
