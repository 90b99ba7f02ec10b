-- One row per column: its name, whether it is part of the primary key, its type.
SELECT a.attname,
       coalesce(a.attnum = ANY (k.conkey), false),
       format_type(a.atttypid, a.atttypmod)
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN pg_catalog.pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'p'
 WHERE a.attrelid = to_regclass(%(name)s)
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY a.attnum
