-- One row per name that is a table by now; others are made by the stage, or cannot be locked.
SELECT w.name
  FROM unnest(%(names)s::text[]) AS w (name)
  JOIN pg_catalog.pg_class AS c ON c.oid = to_regclass(w.name)
 WHERE c.relkind IN ('r', 'p')
