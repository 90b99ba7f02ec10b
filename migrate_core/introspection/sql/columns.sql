-- One JSON array of [table's oid, [Column, ...]], columns in attnum order.
SELECT coalesce(json_agg(json_build_array(p.relation, p.parts)), '[]')::text
  FROM (
       SELECT a.attrelid::bigint AS relation,
              json_agg(
                CASE
                  -- Most columns have none of the rare properties, and cost half without them.
                  WHEN a.attidentity = ''
                   AND a.attgenerated = ''
                   AND l.oid IS NULL
                   AND a.attislocal
                   AND a.attfdwoptions IS NULL
                   AND d.description IS NULL
                   AND a.attstorage = t.typstorage
                   AND a.attcompression = ''
                   AND nullif(a.attstattarget, -1) IS NULL
                   AND a.attoptions IS NULL
                    THEN json_build_object(
                      'name', a.attname,
                      'type', format_type(a.atttypid, a.atttypmod),
                      'not_null', a.attnotnull,
                      'default', pg_get_expr(v.adbin, v.adrelid)
                    )
                  ELSE json_build_object(
                    'name', a.attname,
                    'type', format_type(a.atttypid, a.atttypmod),
                    'not_null', a.attnotnull,
                    'default', CASE
                      WHEN a.attgenerated = '' THEN pg_get_expr(v.adbin, v.adrelid)
                    END,
                    'collation', quote_ident(ln.nspname) || '.' || quote_ident(l.collname),
                    'identity', CASE WHEN a.attidentity <> '' THEN (
                      SELECT json_build_object(
                               'always', a.attidentity = 'a',
                               'sequence', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                               'options', json_build_object(
                                 'type', format_type(s.seqtypid, NULL),
                                 'start', s.seqstart,
                                 'increment', s.seqincrement,
                                 'min', s.seqmin,
                                 'max', s.seqmax,
                                 'cache', s.seqcache,
                                 'cycle', s.seqcycle
                               )
                             )
                        FROM pg_catalog.pg_depend AS o
                        JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = o.objid
                        JOIN pg_catalog.pg_class AS c ON c.oid = o.objid
                        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                       WHERE o.classid = 'pg_catalog.pg_class'::regclass
                         AND o.refclassid = 'pg_catalog.pg_class'::regclass
                         AND o.refobjid = a.attrelid
                         AND o.refobjsubid = a.attnum
                         AND o.deptype = 'i'
                    ) END,
                    'generated', CASE WHEN a.attgenerated <> '' THEN json_build_object(
                      'expression', pg_get_expr(v.adbin, v.adrelid),
                      'stored', a.attgenerated = 's'
                    ) END,
                    'storage', CASE WHEN a.attstorage <> t.typstorage THEN
                      CASE a.attstorage
                        WHEN 'p' THEN 'plain'
                        WHEN 'e' THEN 'external'
                        WHEN 'm' THEN 'main'
                        ELSE 'extended'
                      END
                    END,
                    'type_storage', CASE WHEN a.attstorage <> t.typstorage THEN
                      CASE t.typstorage
                        WHEN 'p' THEN 'plain'
                        WHEN 'e' THEN 'external'
                        WHEN 'm' THEN 'main'
                        ELSE 'extended'
                      END
                    END,
                    'compression',
                      CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
                    'statistics', nullif(a.attstattarget, -1),
                    'options', coalesce((
                      SELECT json_agg(o.option ORDER BY o.place)
                        FROM unnest(a.attoptions) WITH ORDINALITY AS o (option, place)
                    ), '[]'),
                    'local', a.attislocal OR EXISTS (
                      SELECT FROM pg_catalog.pg_class AS c WHERE c.oid = a.attrelid AND c.relispartition
                    ),
                    'foreign_options', CASE WHEN a.attfdwoptions IS NULL THEN '[]' ELSE (
                      SELECT json_agg(
                               quote_ident(q.option_name) || ' ' || CASE
                                 WHEN q.option_name IN ('column_name', 'force_not_null', 'force_null')
                                   THEN quote_literal(q.option_value)
                                 ELSE 'sha256 ' || encode(
                                   sha256(convert_to(q.option_value, 'UTF8')), 'hex'
                                 )
                               END
                               ORDER BY q.option_name
                             )
                        FROM pg_options_to_table(a.attfdwoptions) AS q
                    ) END,
                    'comment', d.description
                  )
                END
                ORDER BY a.attnum
              ) AS parts
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
         LEFT JOIN pg_catalog.pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
         LEFT JOIN pg_catalog.pg_collation AS l
           ON l.oid = a.attcollation AND a.attcollation <> t.typcollation
         LEFT JOIN pg_catalog.pg_namespace AS ln ON ln.oid = l.collnamespace
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_class'::regclass
          AND d.objoid = a.attrelid
          AND d.objsubid = a.attnum
        WHERE a.attrelid = ANY (%(tables)s::oid[])
          AND a.attnum > 0
          AND NOT a.attisdropped
          AND NOT a.attname::text ^@ '_zanith_'
        GROUP BY a.attrelid
       ) AS p
