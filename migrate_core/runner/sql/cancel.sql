-- Cancels the statement of a run's session, and of nobody who was given its pid since.
SELECT pg_cancel_backend(a.pid)
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid = %(pid)s
   AND a.datname = current_database()
   AND a.application_name LIKE 'zanith/%%'
   AND a.state = 'active'
