-- One row per session that the statement of backend `pid` waits for right now.
SELECT a.pid,
       a.application_name,
       a.usename AS "user",
       a.state,
       left(a.query, 300) AS query,
       a.backend_start::text AS backend_start,
       date_trunc('second', a.xact_start)::text AS in_transaction_since
  FROM unnest(pg_blocking_pids(%(pid)s)) AS b (pid)
  JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid
 ORDER BY a.xact_start
 LIMIT 10
