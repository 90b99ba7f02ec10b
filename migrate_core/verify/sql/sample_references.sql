-- One row a foreign key that is no copy of a partitioned table's: the relations that store the
-- referring rows, FROM item of the referred ones, and the condition that finds them (p: referred,
-- c: referring). A PERIOD refers to every row that overlaps it.
SELECT coalesce(
         (SELECT array_agg(t.relid::oid::bigint)
            FROM pg_catalog.pg_partition_tree(k.conrelid) AS t
           WHERE t.isleaf),
         ARRAY[k.conrelid::bigint]
       ) AS leaves,
       format(
         '%s%I.%I', CASE f.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, fn.nspname, f.relname
       ) AS referred,
       (
         SELECT string_agg(
                  format(
                    'p.%I OPERATOR(%I.%s) c.%I',
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
       ) AS condition,
       format('%I.%I', rn.nspname, r.relname) AS referring_root,
       format('%I.%I', tn.nspname, t.relname) AS referred_root
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_class AS r
    ON r.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) ELSE c.oid END
  JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
  JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
  JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
  JOIN pg_catalog.pg_class AS t
    ON t.oid = CASE WHEN f.relispartition THEN pg_catalog.pg_partition_root(f.oid) ELSE f.oid END
  JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0
 ORDER BY k.oid
