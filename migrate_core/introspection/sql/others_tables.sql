-- One JSON array of Other: what the modelled tables, their columns and indexes have that is
-- not PostgreSQL's default and that their values do not hold; and unlogged sequences.
-- Every branch starts from the rare thing it looks for.
WITH wanted AS MATERIALIZED (
       -- Not an array at every place: the planner would weigh each of its elements there.
       SELECT u.oid FROM unnest(%(tables)s::oid[]) AS u (oid)
     ),
     found AS (
       SELECT v.kind, c.oid AS relation, '' AS part, '' AS of, v.definition
         FROM pg_catalog.pg_class AS c
        CROSS JOIN LATERAL (
              VALUES ('storage parameters', array_to_string(c.reloptions, ', ')),
                     ('persistence', CASE c.relpersistence WHEN 'u' THEN 'UNLOGGED' END),
                     ('tablespace', (SELECT quote_ident(t.spcname) FROM pg_catalog.pg_tablespace AS t
                                      WHERE t.oid = c.reltablespace)),
                     ('access method', (SELECT quote_ident(m.amname) FROM pg_catalog.pg_am AS m
                                         WHERE m.oid = c.relam AND m.amname <> 'heap')),
                     ('typed table', 'OF ' || format_type(nullif(c.reloftype, 0), NULL)),
                     ('replica identity', CASE c.relreplident
                        WHEN 'n' THEN 'NOTHING'
                        WHEN 'f' THEN 'FULL'
                        WHEN 'i' THEN 'USING INDEX ' || coalesce((
                          SELECT quote_ident(x.relname)
                            FROM pg_catalog.pg_index AS i
                            JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                           WHERE i.indrelid = c.oid AND i.indisreplident
                        ), 'that is gone')
                      END)
              ) AS v (kind, definition)
        WHERE c.oid IN (SELECT w.oid FROM wanted AS w)
          AND (
            c.reloptions IS NOT NULL
            OR c.relpersistence <> 'p'
            OR c.reltablespace <> 0
            OR c.relam <> 2  -- heap
            OR c.reloftype <> 0
            OR c.relreplident <> 'd'
          )
          AND c.relkind <> 'f'
          AND v.definition IS NOT NULL
        UNION ALL
       SELECT v.kind, v.relation, '', '', v.definition
         FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        CROSS JOIN LATERAL (
              VALUES ('clustering', i.indrelid,
                      CASE WHEN i.indisclustered THEN 'ON ' || quote_ident(c.relname) END),
                     ('tablespace', c.oid,
                      (SELECT quote_ident(t.spcname) FROM pg_catalog.pg_tablespace AS t
                        WHERE t.oid = c.reltablespace)),
                     -- Where no constraint owns the index, its definition holds them already.
                     ('storage parameters', c.oid,
                      CASE WHEN EXISTS (
                        SELECT
                          FROM pg_catalog.pg_constraint AS k
                         WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x')
                      ) THEN array_to_string(c.reloptions, ', ') END)
              ) AS v (kind, relation, definition)
        WHERE i.indrelid IN (SELECT w.oid FROM wanted AS w)
          AND (i.indisclustered OR c.reltablespace <> 0 OR c.reloptions IS NOT NULL)
          AND NOT c.relname::text ^@ '_zanith_'
          AND v.definition IS NOT NULL
        UNION ALL
       SELECT 'TOAST storage parameters', c.oid, '', '', array_to_string(t.reloptions, ', ')
         FROM pg_catalog.pg_class AS t
         JOIN pg_catalog.pg_class AS c ON c.reltoastrelid = t.oid
        WHERE t.relkind = 't'
          AND t.reloptions IS NOT NULL
          AND c.oid IN (SELECT w.oid FROM wanted AS w)
        UNION ALL
       SELECT 'persistence', c.oid, '', '', 'UNLOGGED'
         FROM pg_catalog.pg_class AS c
        WHERE c.relpersistence = 'u'
          AND c.relkind = 'S'
          AND c.relnamespace = ANY (%(schemas)s::oid[])
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_class'::regclass
               AND e.objid = c.oid
               -- 'a', 'i': it goes with the column that owns it.
               AND e.deptype IN ('e', 'a', 'i')
          )
        UNION ALL
       SELECT v.kind, a.attrelid, a.attname, '', v.definition
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (
              VALUES ('column storage',
                      CASE WHEN a.attstorage <> t.typstorage THEN
                        CASE a.attstorage
                          WHEN 'p' THEN 'PLAIN'
                          WHEN 'e' THEN 'EXTERNAL'
                          WHEN 'm' THEN 'MAIN'
                          ELSE 'EXTENDED'
                        END
                      END),
                     ('column compression',
                      CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END),
                     ('statistics target', nullif(a.attstattarget, -1)::text),
                     ('column options', array_to_string(a.attoptions, ', '))
              ) AS v (kind, definition)
        WHERE a.attrelid IN (SELECT w.oid FROM wanted AS w)
          AND a.attnum > 0
          AND NOT a.attisdropped
          AND NOT a.attname::text ^@ '_zanith_'
          AND v.definition IS NOT NULL
          AND (
            a.attstorage <> t.typstorage
            OR a.attcompression <> ''
            OR nullif(a.attstattarget, -1) IS NOT NULL
            OR a.attoptions IS NOT NULL
          )
        UNION ALL
       SELECT 'statistics target', i.indexrelid, a.attnum::text, '', a.attstattarget::text
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_index AS i ON i.indexrelid = a.attrelid
        -- System columns and TOAST tables have 0.
        WHERE nullif(nullif(a.attstattarget, -1), 0) IS NOT NULL
          AND i.indrelid IN (SELECT w.oid FROM wanted AS w)
        UNION ALL
       SELECT 'not-null constraint', c.conrelid, c.conname, ' on ',
              regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', '')
                || CASE WHEN c.convalidated THEN '' ELSE ' NOT VALID' END
         FROM pg_catalog.pg_constraint AS c
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'n'
          AND (NOT c.convalidated OR c.connoinherit)
          AND c.conrelid IN (SELECT w.oid FROM wanted AS w)
          AND NOT c.conname::text ^@ '_zanith_'
          AND NOT a.attname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'foreign key triggers', g.tgrelid, c.conname, ' on ',
              'not as usual: ' || string_agg(DISTINCT g.tgenabled::text, ', ')
         FROM pg_catalog.pg_trigger AS g
         JOIN pg_catalog.pg_constraint AS c ON c.oid = g.tgconstraint
        WHERE g.tgisinternal
          AND g.tgenabled <> 'O'
          AND g.tgrelid IN (SELECT w.oid FROM wanted AS w)
          AND NOT c.conname::text ^@ '_zanith_'
        GROUP BY g.tgrelid, c.oid, c.conname
     ),
     named AS (
       SELECT f.kind, f.definition, CASE
                WHEN f.part = '' THEN r.name
                WHEN f.of = '' THEN r.name || '.' || quote_ident(f.part)
                ELSE quote_ident(f.part) || f.of || r.name
              END AS name
         FROM found AS f
         JOIN pg_catalog.pg_class AS c ON c.oid = f.relation
        CROSS JOIN LATERAL (
              SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
                FROM pg_catalog.pg_namespace AS n
               WHERE n.oid = c.relnamespace
              ) AS r
        WHERE NOT c.relname::text ^@ '_zanith_'
     )
SELECT coalesce(
         json_agg(
           json_build_object('kind', n.kind, 'name', n.name, 'definition', n.definition)
           ORDER BY n.kind, n.name
         ),
         '[]'
       )::text
  FROM named AS n
