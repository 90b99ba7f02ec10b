-- Every constraint by the numbers that a new place in a hierarchy leaves alone.
SELECT k.oid::bigint, ARRAY[n.nspname::text, c.relname::text, k.conname::text]
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
