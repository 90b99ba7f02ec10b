-- Every sequence that may be read, and by how much it counts.
SELECT n.nspname::text, c.relname::text, pg_catalog.format('%I.%I', n.nspname, c.relname)::text,
       s.seqincrement
  FROM pg_catalog.pg_sequence AS s
  JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE pg_catalog.left(c.relname, 8) <> '_zanith_'
   AND NOT pg_catalog.pg_is_other_temp_schema(n.oid)
   AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
   AND CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT') END
