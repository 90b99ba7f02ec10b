-- One row for the relation: how it is used, and what the role may do to it. Takes no lock on it.
SELECT s.seq_scan + coalesce(s.idx_scan, 0) AS reads,
       s.n_tup_ins + s.n_tup_upd + s.n_tup_del AS writes,
       extract(epoch FROM clock_timestamp()
               - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 AS counted_seconds,
       s.n_dead_tup AS dead_rows,
       CASE WHEN c.relkind IN ('r', 'm') THEN age(c.relfrozenxid) END AS frozen_age,
       EXISTS (SELECT FROM pg_catalog.pg_stat_activity AS a
                WHERE a.pid IN (SELECT v.pid FROM pg_catalog.pg_stat_progress_vacuum AS v
                                 WHERE v.relid = c.oid)
                  AND a.query LIKE '%%(to prevent wraparound)') AS vacuumed_for_wraparound,
       NOT coalesce(c.reloptions && ARRAY['autovacuum_enabled=false', 'autovacuum_enabled=off',
                                          'autovacuum_enabled=0', 'autovacuum_enabled=no'],
                    false) AS autovacuum,
       ARRAY(SELECT p.pubname::text
               FROM pg_catalog.pg_publication AS p
              WHERE p.puballtables
                 OR EXISTS (SELECT FROM pg_catalog.pg_publication_tables AS t
                             WHERE t.pubname = p.pubname
                               AND t.schemaname = n.nspname AND t.tablename = c.relname)
              ORDER BY 1) AS publications,
       pg_has_role(c.relowner, 'USAGE') AS may_alter,
       has_table_privilege(c.oid, 'UPDATE') AS may_update
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_database AS b ON b.datname = current_database()
  LEFT JOIN pg_catalog.pg_stat_database AS d ON d.datid = b.oid
  LEFT JOIN pg_catalog.pg_stat_user_tables AS s ON s.relid = c.oid
 WHERE n.nspname = %(schema)s
   AND c.relname = %(name)s
