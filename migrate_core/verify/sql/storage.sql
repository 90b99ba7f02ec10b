-- Bytes of what holds rows.
SELECT c.oid::bigint, pg_catalog.pg_relation_size(c.oid)::bigint
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
