-- One row a sequence: its quoted name, whether we may read it, and for one that fills a column the
-- statement that sets it past the values that the column holds by now.
SELECT q.name,
       pg_catalog.has_sequence_privilege(q.oid, 'SELECT') AS readable,
       CASE WHEN a.attname IS NOT NULL THEN format(
         'SELECT pg_catalog.setval(%L, v.last)'
         '  FROM (SELECT %s(%I)::bigint AS last FROM %I.%I) AS v CROSS JOIN %s AS s'
         ' WHERE (v.last %s s.last_value OR (v.last = s.last_value AND NOT s.is_called))'
         '   AND v.last BETWEEN %s AND %s',
         q.name, CASE WHEN s.seqincrement > 0 THEN 'max' ELSE 'min' END, a.attname,
         tn.nspname, t.relname, q.name, CASE WHEN s.seqincrement > 0 THEN '>' ELSE '<' END,
         s.seqmin, s.seqmax
       ) END AS past
  FROM pg_catalog.pg_sequence AS s
  JOIN LATERAL (
       SELECT c.oid, n.nspname, c.relname, format('%I.%I', n.nspname, c.relname) AS name
         FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = s.seqrelid AND c.relpersistence <> 't'
       ) AS q ON NOT q.nspname::text ^@ '_zanith_' AND NOT q.relname::text ^@ '_zanith_'
  LEFT JOIN pg_catalog.pg_depend AS d
    ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = s.seqrelid
   AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjsubid > 0
   AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_attribute AS a
    ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
  LEFT JOIN pg_catalog.pg_class AS t ON t.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
 ORDER BY q.name
