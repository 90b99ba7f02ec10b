-- One row per column of the key, in its order.
SELECT format_type(a.atttypid, a.atttypmod)
  FROM unnest(%(columns)s::text[]) WITH ORDINALITY AS k (name, at)
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = to_regclass(%(table)s) AND a.attname = k.name
 ORDER BY k.at
