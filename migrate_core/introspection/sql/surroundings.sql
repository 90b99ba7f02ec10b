-- One row about the server and the role that asks. What the role may not see is NULL or left out.
WITH oldest AS (
    SELECT a.pid, a.application_name, extract(epoch FROM clock_timestamp() - a.xact_start) AS seconds
      FROM pg_catalog.pg_stat_activity AS a
     WHERE a.datname = current_database()
       AND a.backend_type = 'client backend'
       AND a.pid <> pg_backend_pid()
       AND a.xact_start IS NOT NULL
     ORDER BY a.xact_start
     LIMIT 1
), prepared AS (
    SELECT count(*)::int AS number, extract(epoch FROM clock_timestamp() - min(x.prepared)) AS seconds
      FROM pg_catalog.pg_prepared_xacts AS x
     WHERE x.database = current_database()
), replicas AS ( -- not subscribers, which have tables of their own, nor backups
    SELECT count(*)::int AS number,
           extract(epoch FROM max(r.replay_lag)) AS seconds,
           CASE WHEN NOT pg_is_in_recovery()
                THEN max(pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)) END AS bytes
      FROM pg_catalog.pg_stat_replication AS r
     WHERE coalesce(r.application_name, '') NOT IN ('pg_receivewal', 'pg_basebackup')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_replication_slots AS s
                        WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
), slots AS (
    SELECT array_agg(s.slot_name::text ORDER BY s.slot_name) FILTER (WHERE NOT s.active) AS idle,
           CASE WHEN NOT pg_is_in_recovery()
                THEN max(pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)) END AS bytes,
           count(*) FILTER (WHERE s.slot_type = 'logical')::int AS logical
      FROM pg_catalog.pg_replication_slots AS s
     WHERE s.restart_lsn IS NOT NULL
)
SELECT current_user::text AS role,
       (SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user) AS is_superuser,
       ARRAY(SELECT n.nspname::text
               FROM pg_catalog.pg_namespace AS n
              WHERE n.nspname !~ '^pg_'
                AND n.nspname <> 'information_schema'
                AND NOT has_schema_privilege(n.oid, 'CREATE')
              ORDER BY 1) AS closed_schemas,
       oldest.seconds::float8 AS oldest_transaction_seconds,
       coalesce('pid ' || oldest.pid || CASE WHEN oldest.application_name <> ''
                                             THEN ' (' || oldest.application_name || ')'
                                             ELSE '' END, '') AS oldest_transaction,
       prepared.number AS prepared,
       prepared.seconds::float8 AS oldest_prepared_seconds,
       replicas.number AS replicas,
       replicas.seconds::float8 AS lag_seconds,
       replicas.bytes::bigint AS lag_bytes,
       coalesce(slots.idle, '{}') AS idle_slots,
       slots.bytes::bigint AS retained_bytes,
       slots.logical AS logical_slots,
       current_setting('server_version_num')::int AS version
  FROM prepared
 CROSS JOIN replicas
 CROSS JOIN slots
  LEFT JOIN oldest ON true
