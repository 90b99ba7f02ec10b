-- One JSON array of Sequence: those that no identity column brought along.
-- One that a parked column or table owns is as invisible as its owner.
SELECT coalesce(
         json_agg(
           json_build_object(
             'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
             'options', json_build_object(
               'type', format_type(s.seqtypid, NULL),
               'start', s.seqstart,
               'increment', s.seqincrement,
               'min', s.seqmin,
               'max', s.seqmax,
               'cache', s.seqcache,
               'cycle', s.seqcycle
             ),
             'owned_by', o.owner,
             'unlogged', c.relpersistence = 'u',
             'comment', d.description
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_sequence AS s
  JOIN pg_catalog.pg_class AS c ON c.oid = s.seqrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
       SELECT e.deptype,
              t.relname,
              a.attname,
              json_build_object(
                'table', quote_ident(tn.nspname) || '.' || quote_ident(t.relname),
                'column', a.attname
              ) AS owner
         FROM pg_catalog.pg_depend AS e
         JOIN pg_catalog.pg_class AS t ON t.oid = e.refobjid
         JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = e.refobjsubid
        WHERE e.classid = 'pg_catalog.pg_class'::regclass
          AND e.objid = c.oid
          AND e.objsubid = 0
          AND e.refclassid = 'pg_catalog.pg_class'::regclass
          AND e.refobjsubid > 0
          AND e.deptype IN ('a', 'i')
        LIMIT 1  -- one owner at most; it also keeps this a look-up for each sequence
       ) AS o
    ON true
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relnamespace = ANY (%(schemas)s::oid[])
   AND o.deptype IS DISTINCT FROM 'i'
   AND NOT c.relname::text ^@ '_zanith_'
   AND (o.relname::text ^@ '_zanith_') IS NOT TRUE
   AND (o.attname::text ^@ '_zanith_') IS NOT TRUE
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
