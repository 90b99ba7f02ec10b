-- Each unique index, and how many columns its key has.
SELECT n.nspname || '.' || c.relname, i.indnkeyatts::integer
  FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE i.indisunique AND i.indisvalid
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
