-- Triggers of constraints that are switched off, and the table and constraint of each.
SELECT t.oid::bigint, ARRAY[n.nspname::text, c.relname::text, k.conname::text]
  FROM pg_catalog.pg_trigger AS t
  JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_constraint AS k ON k.oid = t.tgconstraint
 WHERE t.tgisinternal AND t.tgenabled <> 'O'
