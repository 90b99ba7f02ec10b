-- What a backfill of `table` may be doing to others right now, one row; NULL is not known to us.
SELECT (SELECT extract(epoch FROM max(r.replay_lag))::float8
          FROM pg_catalog.pg_stat_replication AS r) AS lag_seconds,
       CASE WHEN NOT pg_is_in_recovery() THEN
           (SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn))::bigint
              FROM pg_catalog.pg_stat_replication AS r)
       END AS lag_bytes,
       (SELECT count(DISTINCT l.pid)
          FROM pg_catalog.pg_locks AS l
          JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
         WHERE NOT l.granted
           AND l.waitstart < clock_timestamp() - interval '1 second'
           AND a.datname = current_database()) AS lock_waits,
       (SELECT count(*)
          FROM pg_catalog.pg_stat_progress_vacuum AS v
          JOIN pg_catalog.pg_stat_activity AS a ON a.pid = v.pid
         WHERE v.relid = to_regclass(%(table)s)
           AND a.query LIKE '%%(to prevent wraparound)') AS wraparound_vacuums
