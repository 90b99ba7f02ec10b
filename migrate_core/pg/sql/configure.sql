-- Sets each name to its value for the rest of the session.
SELECT pg_catalog.set_config(s.name, s.value, false)
  FROM ROWS FROM (
         pg_catalog.unnest(%(names)s::text[]), pg_catalog.unnest(%(values)s::text[])
       ) AS s (name, value)
