-- One JSON array of [table's oid, [Index, ...]] in name order: those that no constraint owns.
-- The definition is cut after its exact prefix; where that does not fit, it is NULL, which
-- no Index can be: the schema changed while it was read.
WITH names AS MATERIALIZED (
       -- Dropped columns keep their places, so that a name stands where its number says.
       SELECT a.attrelid AS relation, array_agg(a.attname ORDER BY a.attnum) AS of
         FROM pg_catalog.pg_attribute AS a
        WHERE a.attnum > 0
          AND a.attrelid = ANY (%(relations)s::oid[])
        GROUP BY a.attrelid
     ),
     owned AS MATERIALIZED (
       SELECT c.conindid AS index
         FROM pg_catalog.pg_constraint AS c
        WHERE c.contype IN ('p', 'u', 'x')
     ),
     targets AS MATERIALIZED (
       SELECT a.attrelid AS index,
              json_agg(json_build_array(a.attnum, a.attstattarget) ORDER BY a.attnum) AS targets
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('i', 'I')
        -- System columns and TOAST tables have 0.
        WHERE nullif(nullif(a.attstattarget, -1), 0) IS NOT NULL
        GROUP BY a.attrelid
     )
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT i.relation::bigint AS relation,
              json_agg(
                json_build_object(
                  'name', i.name,
                  'definition', CASE
                    WHEN i.definition ^@ i.prefix
                      THEN substr(i.definition, length(i.prefix) + 1)
                  END,
                  'unique', i.indisunique,
                  'columns', i.columns,
                  'valid', i.indisvalid,
                  'statistics', coalesce(s.targets, '[]'),
                  'parent', i.parent,
                  'comment', i.description
                )
                ORDER BY i.name
              ) AS parts
         FROM (
              SELECT x.indrelid AS relation,
                     x.indexrelid AS index,
                     c.relname AS name,
                     x.indisunique,
                     -- One of a partitioned table is valid where all below it are attached.
                     x.indisvalid OR c.relkind = 'I' AS indisvalid,
                     h.parent,
                     d.description,
                     CASE
                       WHEN x.indexprs IS NULL AND x.indpred IS NULL THEN (
                         SELECT json_agg(k.of[u.number] ORDER BY u.place)
                           FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS u (number, place)
                       )
                       ELSE (
                         SELECT coalesce(
                                  json_agg(k.of[u.number] ORDER BY u.place, k.of[u.number]), '[]'
                                )
                           FROM (
                                SELECT m.number, min(m.place) AS place
                                  FROM (
                                       SELECT y.number, y.place
                                         FROM unnest(x.indkey::int2[])
                                                WITH ORDINALITY AS y (number, place)
                                        WHERE y.number > 0
                                        UNION ALL
                                       SELECT o.refobjsubid, 1000
                                         FROM pg_catalog.pg_depend AS o
                                        WHERE o.classid = 'pg_catalog.pg_class'::regclass
                                          AND o.objid = x.indexrelid
                                          AND o.refclassid = 'pg_catalog.pg_class'::regclass
                                          AND o.refobjid = x.indrelid
                                          AND o.refobjsubid > 0
                                       ) AS m
                                 GROUP BY m.number
                                ) AS u
                       )
                     END AS columns,
                     pg_get_indexdef(x.indexrelid) AS definition,
                     'CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END
                       || 'INDEX ' || quote_ident(c.relname)
                       || CASE c.relkind WHEN 'I' THEN ' ON ONLY ' ELSE ' ON ' END
                       || quote_ident(n.nspname) || '.' || quote_ident(t.relname)
                       || ' ' AS prefix
                FROM pg_catalog.pg_index AS x
                JOIN names AS k ON k.relation = x.indrelid
                JOIN pg_catalog.pg_class AS c ON c.oid = x.indexrelid
                JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
                JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
                LEFT JOIN (
                     SELECT e.inhrelid AS index, r.relname AS parent
                       FROM pg_catalog.pg_inherits AS e
                       JOIN pg_catalog.pg_class AS r ON r.oid = e.inhparent
                      WHERE r.relkind = 'I'
                     ) AS h
                  ON h.index = x.indexrelid
                LEFT JOIN pg_catalog.pg_description AS d
                  ON d.classoid = 'pg_catalog.pg_class'::regclass
                 AND d.objoid = c.oid
                 AND d.objsubid = 0
               WHERE x.indrelid = ANY (%(relations)s::oid[])
                 AND NOT c.relname::text ^@ '_zanith_'
                 AND x.indexrelid NOT IN (SELECT o.index FROM owned AS o)
              OFFSET 0  -- or the definition would be deparsed at every place it is named
              ) AS i
         LEFT JOIN targets AS s ON s.index = i.index
        GROUP BY i.relation
       ) AS p
