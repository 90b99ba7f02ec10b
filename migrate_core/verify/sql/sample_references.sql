-- One row a foreign key that is no copy of a partitioned table's: the relations that store the
-- referring rows, FROM item of the referred ones, and the condition that finds them (p: referred,
-- c: referring). A PERIOD refers to every row that overlaps it. Keys that are coming are given by
-- their names; one of which a name is not there is left out.
WITH keys AS (
  SELECT k.oid AS at,
         k.conrelid AS referring,
         k.confrelid AS referred,
         false AS is_coming,
         (
           SELECT string_agg(
                    format(
                      'p.%%I OPERATOR(%%I.%%s) c.%%I',
                      pa.attname,
                      o.nspname,
                      CASE
                        WHEN (to_jsonb(k) ->> 'conperiod')::boolean AND u.at = cardinality(k.conkey)
                        THEN '&&'
                        ELSE o.oprname
                      END,
                      ca.attname
                    ),
                    ' AND ' ORDER BY u.at
                  )
             FROM unnest(k.conkey, k.confkey, k.conpfeqop)
                    WITH ORDINALITY AS u (con, conf, op, at)
             JOIN pg_catalog.pg_attribute AS ca ON ca.attrelid = k.conrelid AND ca.attnum = u.con
             JOIN pg_catalog.pg_attribute AS pa ON pa.attrelid = k.confrelid AND pa.attnum = u.conf
             JOIN (
                  SELECT p.oid, p.oprname, s.nspname
                    FROM pg_catalog.pg_operator AS p
                    JOIN pg_catalog.pg_namespace AS s ON s.oid = p.oprnamespace
                  ) AS o ON o.oid = u.op
         ) AS condition
    FROM pg_catalog.pg_constraint AS k
   WHERE k.contype = 'f' AND k.conparentid = 0
   UNION ALL
  SELECT NULL,
         to_regclass(g.tab),
         to_regclass(g.other),
         true,
         (
           SELECT CASE WHEN count(ca.attnum) = cardinality(g.columns)
                        AND count(pa.attnum) = cardinality(g.columns)
                  THEN string_agg(
                         format('p.%%I OPERATOR(pg_catalog.=) c.%%I', u.theirs, u.ours),
                         ' AND ' ORDER BY u.at
                       )
                  END
             FROM unnest(
                    g.columns,
                    coalesce(
                      nullif(g.other_columns, '{}'),
                      (
                        SELECT array_agg(a.attname::text ORDER BY n.at)
                          FROM pg_catalog.pg_constraint AS y,
                               unnest(y.conkey) WITH ORDINALITY AS n (con, at)
                          JOIN pg_catalog.pg_attribute AS a ON a.attnum = n.con
                         WHERE y.contype = 'p' AND y.conrelid = to_regclass(g.other)
                           AND a.attrelid = y.conrelid
                      )
                    )
                  ) WITH ORDINALITY AS u (ours, theirs, at)
             LEFT JOIN pg_catalog.pg_attribute AS ca
               ON ca.attrelid = to_regclass(g.tab) AND ca.attname = u.ours AND NOT ca.attisdropped
             LEFT JOIN pg_catalog.pg_attribute AS pa
               ON pa.attrelid = to_regclass(g.other) AND pa.attname = u.theirs
              AND NOT pa.attisdropped
         )
    FROM jsonb_to_recordset(%(coming)s)
           AS g (tab text, columns text[], other text, other_columns text[])
)
SELECT coalesce(
         (SELECT array_agg(t.relid::oid::bigint)
            FROM pg_catalog.pg_partition_tree(k.referring) AS t
           WHERE t.isleaf),
         ARRAY[k.referring::oid::bigint]
       ) AS leaves,
       format(
         '%%s%%I.%%I', CASE f.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, fn.nspname, f.relname
       ) AS referred,
       k.condition,
       format('%%I.%%I', rn.nspname, r.relname) AS referring_root,
       format('%%I.%%I', tn.nspname, t.relname) AS referred_root,
       k.is_coming
  FROM keys AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.referring
  JOIN pg_catalog.pg_class AS r
    ON r.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) ELSE c.oid END
  JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
  JOIN pg_catalog.pg_class AS f ON f.oid = k.referred
  JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
  JOIN pg_catalog.pg_class AS t
    ON t.oid = CASE WHEN f.relispartition THEN pg_catalog.pg_partition_root(f.oid) ELSE f.oid END
  JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE k.condition IS NOT NULL
 ORDER BY k.at
