-- One JSON array of Other: what the modelled tables, their columns and indexes have that is
-- not PostgreSQL's default and that their values do not hold.
-- Every branch starts from the rare thing it looks for.
WITH wanted AS MATERIALIZED (
       -- Not an array at every place: the planner would weigh each of its elements there.
       SELECT u.oid FROM unnest(%(tables)s::oid[]) AS u (oid)
     ),
     indexed AS MATERIALIZED (
       SELECT u.oid FROM unnest(%(relations)s::oid[]) AS u (oid)
     ),
     found AS (
       SELECT v.kind, c.oid AS relation, '' AS part, '' AS of, v.definition
         FROM pg_catalog.pg_class AS c
        CROSS JOIN LATERAL (
              VALUES ('tablespace', (SELECT quote_ident(t.spcname) FROM pg_catalog.pg_tablespace AS t
                                      WHERE t.oid = c.reltablespace)),
                     ('access method', (SELECT quote_ident(m.amname) FROM pg_catalog.pg_am AS m
                                         WHERE m.oid = c.relam AND m.amname <> 'heap')),
                     ('typed table', 'OF ' || format_type(nullif(c.reloftype, 0), NULL))
              ) AS v (kind, definition)
        WHERE c.oid IN (SELECT w.oid FROM wanted AS w)
          AND (
            c.reltablespace <> 0
            OR c.relam <> 2  -- heap
            OR c.reloftype <> 0
          )
          AND c.relkind <> 'f'
          AND v.definition IS NOT NULL
        UNION ALL
       SELECT v.kind, v.relation, '', '', v.definition
         FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        CROSS JOIN LATERAL (
              VALUES ('tablespace', c.oid,
                      (SELECT quote_ident(t.spcname) FROM pg_catalog.pg_tablespace AS t
                        WHERE t.oid = c.reltablespace))
              ) AS v (kind, relation, definition)
        WHERE i.indrelid IN (SELECT w.oid FROM indexed AS w)
          AND c.reltablespace <> 0
          AND NOT c.relname::text ^@ '_zanith_'
          AND v.definition IS NOT NULL
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
