-- One row per session that a waits-for chain joins to backend `pid`: before it, or behind it.
WITH RECURSIVE waits AS MATERIALIZED (
    SELECT a.pid, b.blocker
      FROM pg_catalog.pg_stat_activity AS a
     CROSS JOIN LATERAL unnest(pg_catalog.pg_blocking_pids(a.pid)) AS b (blocker)
     WHERE a.wait_event_type = 'Lock'
), before (pid, depth) AS (
    SELECT w.blocker, 1 FROM waits AS w WHERE w.pid = %(pid)s
    UNION
    SELECT w.blocker, x.depth + 1 FROM before AS x JOIN waits AS w ON w.pid = x.pid WHERE x.depth < 8
), behind (pid, depth) AS (
    SELECT w.pid, 1 FROM waits AS w WHERE w.blocker = %(pid)s
    UNION
    SELECT w.pid, x.depth + 1 FROM behind AS x JOIN waits AS w ON w.blocker = x.pid WHERE x.depth < 8
)
SELECT 'before' AS side, pid, min(depth) AS depth FROM before WHERE pid <> %(pid)s GROUP BY pid
UNION ALL
SELECT 'behind', pid, min(depth) FROM behind WHERE pid <> %(pid)s GROUP BY pid
 ORDER BY side, depth, pid
 LIMIT 40
