-- How many sessions wait behind backend `pid` while it waits for a table lock itself. The
-- first condition is asked once, and mostly says no.
SELECT count(*)
  FROM pg_catalog.pg_stat_activity AS a
 WHERE EXISTS (SELECT 1
                 FROM pg_catalog.pg_locks AS l
                WHERE l.pid = %(pid)s AND NOT l.granted AND l.locktype = 'relation')
   AND a.wait_event_type = 'Lock'
   AND a.datname = pg_catalog.current_database()
   AND a.pid <> %(pid)s
   AND %(pid)s = ANY (pg_catalog.pg_blocking_pids(a.pid))
