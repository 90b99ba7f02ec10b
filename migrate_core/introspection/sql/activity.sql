-- One row per relation that exists: its place in the list, how it is used, and what the role may
-- do to it. Takes no lock on any of them.
WITH published AS MATERIALIZED (
    SELECT t.schemaname, t.tablename, array_agg(t.pubname::text) AS names
      FROM pg_catalog.pg_publication_tables AS t
     GROUP BY t.schemaname, t.tablename
), guarded AS MATERIALIZED (
    SELECT v.relid
      FROM pg_catalog.pg_stat_progress_vacuum AS v
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = v.pid
     WHERE a.query LIKE '%%(to prevent wraparound)'
), counted AS MATERIALIZED (
    SELECT extract(epoch FROM clock_timestamp()
                   - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 AS seconds,
           d.stats_reset IS NOT NULL AS is_since_reset
      FROM pg_catalog.pg_stat_database AS d
     WHERE d.datname = current_database()
), known AS MATERIALIZED (
    SELECT a.place, c.oid, c.relname, n.nspname, c.relkind, c.relfrozenxid, c.reloptions, c.relowner,
           c.relkind IN ('r', 'p', 'm', 'i', 'I') AS is_counted,
           -- Scans and rows are counted where the rows are: below what is partitioned or inherited.
           ARRAY(WITH RECURSIVE family (oid) AS (
                     SELECT c.oid
                      UNION
                     SELECT i.inhrelid
                       FROM pg_catalog.pg_inherits AS i
                       JOIN family ON i.inhparent = family.oid
                 )
                 SELECT family.oid FROM family) AS family
      FROM unnest(%(schemas)s::text[], %(names)s::text[]) WITH ORDINALITY AS a (schema, name, place)
      JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.schema
      JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.name
)
SELECT c.place::int,
       CASE WHEN c.is_counted
            THEN (SELECT sum(pg_stat_get_numscans(f.oid)
                             + coalesce((SELECT sum(pg_stat_get_numscans(i.indexrelid))
                                           FROM pg_catalog.pg_index AS i
                                          WHERE i.indrelid = f.oid), 0))
                    FROM unnest(c.family) AS f (oid))::bigint
             END AS reads,
       -- Before PostgreSQL 16 there is no such column.
       (SELECT extract(epoch FROM clock_timestamp()
                       - max((to_jsonb(s) ->> 'last_idx_scan')::timestamptz))::float8
          FROM pg_catalog.pg_stat_all_indexes AS s
         WHERE s.indexrelid = ANY (c.family)) AS last_read_seconds,
       CASE WHEN c.is_counted
            THEN (SELECT sum(pg_stat_get_tuples_inserted(f.oid) + pg_stat_get_tuples_updated(f.oid)
                             + pg_stat_get_tuples_deleted(f.oid))
                    FROM unnest(c.family) AS f (oid))::bigint
             END AS writes,
       coalesce((SELECT seconds FROM counted),
                extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8)
         AS counted_seconds,
       coalesce((SELECT is_since_reset FROM counted), false) AS is_since_reset,
       CASE WHEN c.is_counted
            THEN (SELECT sum(pg_stat_get_dead_tuples(f.oid)) FROM unnest(c.family) AS f (oid))::bigint
             END AS dead_rows,
       CASE WHEN c.relkind IN ('r', 'm') THEN age(c.relfrozenxid) END AS frozen_age,
       c.oid IN (SELECT relid FROM guarded) AS vacuumed_for_wraparound,
       NOT coalesce(c.reloptions && ARRAY['autovacuum_enabled=false', 'autovacuum_enabled=off',
                                          'autovacuum_enabled=0', 'autovacuum_enabled=no'],
                    false) AS autovacuum,
       ARRAY(SELECT p.pubname::text
               FROM pg_catalog.pg_publication AS p
              WHERE p.puballtables
                 OR p.pubname = ANY (SELECT unnest(t.names)
                                       FROM unnest(c.family) AS f (oid)
                                       JOIN pg_catalog.pg_class AS m ON m.oid = f.oid
                                       JOIN pg_catalog.pg_namespace AS n ON n.oid = m.relnamespace
                                       JOIN published AS t
                                         ON t.schemaname = n.nspname AND t.tablename = m.relname)
              ORDER BY 1) AS publications,
       pg_has_role(c.relowner, 'USAGE') AS may_alter,
       has_table_privilege(c.oid, 'UPDATE') AS may_update
  FROM known AS c
 ORDER BY c.place
