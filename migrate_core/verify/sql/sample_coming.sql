-- As sample_references, of a foreign key that is not there yet; nothing where a name of it is not.
WITH key AS (
  SELECT to_regclass(%(table)s) AS referring,
         to_regclass(%(other)s) AS referred,
         %(columns)s::text[] AS columns,
         coalesce(
           nullif(%(other_columns)s::text[], '{}'),
           (
             SELECT array_agg(a.attname::text ORDER BY u.at)
               FROM pg_catalog.pg_constraint AS p,
                    unnest(p.conkey) WITH ORDINALITY AS u (con, at)
               JOIN pg_catalog.pg_attribute AS a ON a.attnum = u.con
              WHERE p.contype = 'p' AND p.conrelid = to_regclass(%(other)s)
                AND a.attrelid = p.conrelid
           )
         ) AS other_columns
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
       (
         SELECT string_agg(
                  format('p.%%I OPERATOR(pg_catalog.=) c.%%I', u.theirs, u.ours),
                  ' AND ' ORDER BY u.at
                )
           FROM unnest(k.columns, k.other_columns) WITH ORDINALITY AS u (ours, theirs, at)
       ) AS condition,
       format('%%I.%%I', rn.nspname, r.relname) AS referring_root,
       format('%%I.%%I', tn.nspname, t.relname) AS referred_root
  FROM key AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.referring
  JOIN pg_catalog.pg_class AS r
    ON r.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) ELSE c.oid END
  JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
  JOIN pg_catalog.pg_class AS f ON f.oid = k.referred
  JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
  JOIN pg_catalog.pg_class AS t
    ON t.oid = CASE WHEN f.relispartition THEN pg_catalog.pg_partition_root(f.oid) ELSE f.oid END
  JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE cardinality(k.columns) = cardinality(k.other_columns)
   AND (SELECT count(*)
          FROM pg_catalog.pg_attribute AS a
         WHERE NOT a.attisdropped
           AND ((a.attrelid = k.referring AND a.attname = ANY (k.columns))
             OR (a.attrelid = k.referred AND a.attname = ANY (k.other_columns))))
       >= CASE k.referring WHEN k.referred THEN 1 ELSE 2 END * cardinality(k.columns)
