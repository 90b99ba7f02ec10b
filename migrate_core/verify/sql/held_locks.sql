-- The relation locks that one backend has in this database, or waits for, and its transaction.
SELECT l.relation::bigint AS oid, l.mode, l.virtualtransaction
  FROM pg_catalog.pg_locks AS l
 WHERE l.locktype = 'relation'
   AND l.pid = %(pid)s
   AND l.database = (
       SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()
   )
