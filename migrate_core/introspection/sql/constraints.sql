-- One JSON array of [table's oid, [Constraint, ...]] in name order.
-- NOT NULL (contype 'n', 18) is the column's. A foreign key to a partitioned table has others
-- below it on the same table, one for each partition: they come and go with it.
-- The deparse of an exclusion holds its index's storage parameters already.
-- An exclusion's columns are followed, by name, by those its expressions and predicate read.
WITH names AS MATERIALIZED (
       -- Dropped columns keep their places, so that a name stands where its number says.
       SELECT a.attrelid AS relation, array_agg(a.attname ORDER BY a.attnum) AS of
         FROM pg_catalog.pg_attribute AS a
        WHERE a.attnum > 0
          AND (
            a.attrelid = ANY (%(tables)s::oid[])
            OR a.attrelid IN (SELECT f.confrelid FROM pg_catalog.pg_constraint AS f)
          )
        GROUP BY a.attrelid
     )
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT c.conrelid::bigint AS relation,
              json_agg(
                json_build_object(
                  'name', c.conname,
                  'type', CASE c.contype
                    WHEN 'p' THEN 'primary key'
                    WHEN 'u' THEN 'unique'
                    WHEN 'c' THEN 'check'
                    WHEN 'f' THEN 'foreign key'
                    WHEN 'x' THEN 'exclude'
                  END,
                  'definition', CASE
                    WHEN c.convalidated THEN pg_get_constraintdef(c.oid)
                    ELSE regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '')
                  END,
                  'columns', CASE
                    WHEN c.conkey IS NULL THEN '[]'
                    WHEN c.contype = 'c' THEN (
                      SELECT coalesce(json_agg(k.of[u.number] ORDER BY k.of[u.number]), '[]')
                        FROM unnest(c.conkey) AS u (number)
                       WHERE u.number > 0  -- 0: the whole row
                    )
                    WHEN c.contype = 'x' THEN (
                      SELECT json_agg(k.of[u.number] ORDER BY u.place, k.of[u.number])
                        FROM (
                             SELECT n.number, n.place
                               FROM unnest(c.conkey) WITH ORDINALITY AS n (number, place)
                              WHERE n.number > 0
                              UNION ALL
                             SELECT DISTINCT o.refobjsubid, 1000
                               FROM pg_catalog.pg_depend AS o
                              WHERE o.classid = 'pg_catalog.pg_class'::regclass
                                AND o.objid = c.conindid
                                AND o.refclassid = 'pg_catalog.pg_class'::regclass
                                AND o.refobjid = c.conrelid
                                AND o.refobjsubid > 0
                                AND o.refobjsubid <> ALL (c.conkey)
                             ) AS u
                    )
                    ELSE (
                      SELECT json_agg(k.of[u.number] ORDER BY u.place)
                        FROM unnest(c.conkey) WITH ORDINALITY AS u (number, place)
                    )
                  END,
                  'references', quote_ident(rn.nspname) || '.' || quote_ident(r.relname),
                  'ref_columns', CASE WHEN c.contype = 'f' THEN (
                    SELECT json_agg(f.of[u.number] ORDER BY u.place)
                      FROM unnest(c.confkey) WITH ORDINALITY AS u (number, place)
                  ) ELSE '[]' END,
                  'validated', c.convalidated,
                  'options', CASE WHEN x.reloptions IS NULL THEN '[]' ELSE (
                    SELECT json_agg(o.text ORDER BY o.text) FROM unnest(x.reloptions) AS o (text)
                  ) END,
                  'local', c.conislocal OR c.contype <> 'c' OR w.relispartition,
                  'parent', coalesce(b.conname, i.name),
                  'comment', d.description,
                  'index_comment', e.description
                )
                ORDER BY c.conname
              ) AS parts
         FROM pg_catalog.pg_constraint AS c
         JOIN pg_catalog.pg_class AS w ON w.oid = c.conrelid
         LEFT JOIN pg_catalog.pg_constraint AS b ON b.oid = c.conparentid AND c.conparentid <> 0
         LEFT JOIN (
              -- A key whose index alone is attached: to an index that no key owns.
              SELECT h.inhrelid AS index, x.relname AS name
                FROM pg_catalog.pg_inherits AS h
                JOIN pg_catalog.pg_class AS x ON x.oid = h.inhparent
               WHERE x.relkind = 'I'
              ) AS i
           ON i.index = c.conindid AND c.contype IN ('p', 'u', 'x')
         LEFT JOIN names AS k ON k.relation = c.conrelid
         LEFT JOIN names AS f ON f.relation = c.confrelid
         LEFT JOIN pg_catalog.pg_class AS r ON r.oid = c.confrelid
         LEFT JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
         LEFT JOIN pg_catalog.pg_class AS x
           ON x.oid = c.conindid AND x.reloptions IS NOT NULL AND c.contype IN ('p', 'u')
         LEFT JOIN pg_catalog.pg_description AS e
           ON e.classoid = 'pg_catalog.pg_class'::regclass
          AND e.objoid = c.conindid
          AND e.objsubid = 0
          AND c.contype IN ('p', 'u', 'x')
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_constraint'::regclass
          AND d.objoid = c.oid
          AND d.objsubid = 0
        WHERE c.conrelid = ANY (%(tables)s::oid[])
          AND c.contype IN ('p', 'u', 'c', 'f', 'x')
          AND b.conrelid IS DISTINCT FROM c.conrelid
          AND NOT c.conname::text ^@ '_zanith_'
        GROUP BY c.conrelid
       ) AS p
