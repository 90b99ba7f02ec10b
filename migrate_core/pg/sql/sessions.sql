-- One row per session named in `pids`. `may_signal`: whether our role may cancel or end it;
-- never one of the server's own, a replication sender or a run of ours.
SELECT a.pid,
       coalesce(a.application_name, '') AS application_name,
       coalesce(a.usename::text, '') AS "user",
       coalesce(a.state, '') AS state,
       left(coalesce(a.query, ''), 200) AS query,
       coalesce(a.backend_type, '') AS kind,
       to_jsonb(a.backend_start) #>> '{}' AS backend_start,
       to_jsonb(a.query_start) #>> '{}' AS query_start,
       to_jsonb(date_trunc('second', a.xact_start)) #>> '{}' AS xact_start,
       to_jsonb(date_trunc('second', w.since)) #>> '{}' AS waits_since,
       coalesce(
           a.backend_type = 'client backend'
           AND a.application_name NOT LIKE 'zanith/%%'
           AND (me.rolsuper
                OR (NOT r.rolsuper
                    AND (pg_has_role(a.usesysid, 'USAGE')
                         OR pg_has_role('pg_signal_backend', 'USAGE')))),
           false) AS may_signal
  FROM pg_catalog.pg_stat_activity AS a
  JOIN pg_catalog.pg_roles AS me ON me.rolname = current_user
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = a.usesysid
 CROSS JOIN LATERAL (
       SELECT min(l.waitstart) AS since
         FROM pg_catalog.pg_locks AS l
        WHERE l.pid = a.pid AND NOT l.granted
       ) AS w
 WHERE a.pid = ANY (%(pids)s::integer[])
