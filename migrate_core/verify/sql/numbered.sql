-- Columns, each unique by itself, of some tables whose numbers come from a sequence of their own.
SELECT q.nspname::text, s.relname::text, n.nspname::text, t.relname::text, a.attname::text,
       p.seqincrement
  FROM pg_catalog.pg_depend AS d
  JOIN pg_catalog.pg_sequence AS p ON p.seqrelid = d.objid
  JOIN pg_catalog.pg_class AS s ON s.oid = d.objid
  JOIN pg_catalog.pg_namespace AS q ON q.oid = s.relnamespace
  JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
   AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ANY (%(tables)s::oid[])
   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
   AND EXISTS (SELECT FROM pg_catalog.pg_index AS i
                WHERE i.indrelid = t.oid AND i.indisunique AND i.indnkeyatts = 1
                  AND i.indkey[0] = a.attnum AND i.indpred IS NULL)
 ORDER BY q.nspname, s.relname
