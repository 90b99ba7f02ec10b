-- One row per table that exists: its place in the list, its oid, and the rows that ANALYZE
-- counted last (NULL before the first time). No lock is taken on any of them.
SELECT a.place::int,
       c.oid::bigint,
       CASE WHEN c.reltuples >= 0 THEN c.reltuples::bigint END AS rows,
       c.relpages
  FROM unnest(%(schemas)s::text[], %(names)s::text[]) WITH ORDINALITY AS a (schema, name, place)
  JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.schema
  JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.name
 WHERE c.relkind IN ('r', 'p', 'm')
 ORDER BY a.place
