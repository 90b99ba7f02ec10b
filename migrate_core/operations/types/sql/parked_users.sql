-- One row per parked or archived column that is of the type, or of an array of it.
SELECT n.nspname || '.' || c.relname || '.' || a.attname AS parked
  FROM pg_catalog.pg_type AS t
  JOIN pg_catalog.pg_attribute AS a ON a.atttypid IN (t.oid, t.typarray)
  JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE t.oid = to_regtype({name})
   AND c.relkind IN ('r', 'p')
   AND NOT a.attisdropped
   AND (
     a.attname::text ^@ '_zanith_'
     OR c.relname::text ^@ '_zanith_'
     OR n.nspname::text ^@ '_zanith_'
   )
