-- The primary key of one table, and the columns that PostgreSQL computes.
SELECT coalesce(array_agg(a.attname::text) FILTER (WHERE a.attnum = ANY (i.indkey)), '{}'),
       coalesce(array_agg(a.attname::text) FILTER (WHERE a.attgenerated <> ''), '{}')
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
 WHERE a.attrelid = %(table)s AND a.attnum > 0 AND NOT a.attisdropped
