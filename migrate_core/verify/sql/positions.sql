-- Where every sequence stands; NULL where it has given nothing yet.
SELECT pg_catalog.format('%I.%I', s.schemaname, s.sequencename)::text, s.last_value
  FROM pg_catalog.pg_sequences AS s
 WHERE pg_catalog.left(s.sequencename, 8) <> '_zanith_'
