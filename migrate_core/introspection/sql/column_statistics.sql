-- One row per column that ANALYZE has seen and this role may read: its place in the list, the part
-- of its rows that is NULL, and how many values it has, as pg_stats.n_distinct says it.
SELECT a.place::int, s.null_frac::float8, s.n_distinct::float8
  FROM unnest(%(schemas)s::text[], %(tables)s::text[], %(columns)s::text[])
         WITH ORDINALITY AS a (schema, "table", "column", place)
  JOIN pg_catalog.pg_stats AS s
    ON s.schemaname = a.schema AND s.tablename = a."table" AND s.attname = a."column"
 ORDER BY a.place, s.inherited DESC
