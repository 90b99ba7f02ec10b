-- The relation locks that one backend has in this database, or waits for.
SELECT l.relation::bigint AS oid, l.mode
  FROM pg_catalog.pg_locks AS l
 WHERE l.locktype = 'relation'
   AND l.pid = %(pid)s
   AND l.database = (
       SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()
   )
