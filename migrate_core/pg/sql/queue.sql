-- One row per backend whose lock request stands behind the backend %(pid)s.
SELECT a.pid,
       coalesce(a.application_name, '') AS application_name,
       coalesce(a.usename::text, '') AS "user",
       coalesce(a.query, '') AS query,
       coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - w.since), 0)::float8
         AS waiting_seconds
  FROM pg_catalog.pg_stat_activity AS a
 CROSS JOIN LATERAL (
       SELECT min(l.waitstart) AS since
         FROM pg_catalog.pg_locks AS l
        WHERE l.pid = a.pid AND NOT l.granted
       ) AS w
 WHERE a.wait_event_type = 'Lock'
   AND %(pid)s = ANY (pg_catalog.pg_blocking_pids(a.pid))
 ORDER BY waiting_seconds DESC, a.pid
