-- One row where the session is still the one that was looked at and our role may signal it.
SELECT CASE WHEN %(terminate)s
            THEN pg_catalog.pg_terminate_backend(a.pid)
            ELSE pg_catalog.pg_cancel_backend(a.pid) END
  FROM pg_catalog.pg_stat_activity AS a
 WHERE a.pid = %(pid)s
   AND a.backend_type = 'client backend'
   AND a.application_name NOT LIKE 'zanith/%%'
   AND a.backend_start = %(backend_start)s::timestamptz
   AND a.query_start IS NOT DISTINCT FROM %(query_start)s::timestamptz
