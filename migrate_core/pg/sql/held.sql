-- One row: what backend `pid` does right now, and the strongest table lock it has.
SELECT a.state,
       to_jsonb(date_trunc('second', a.query_start)) #>> '{}' AS since,
       coalesce(h.relation, '') AS relation,
       coalesce(h.mode, '') AS mode
  FROM pg_catalog.pg_stat_activity AS a
  LEFT JOIN LATERAL (
       SELECT n.nspname || '.' || c.relname AS relation, l.mode
         FROM pg_catalog.pg_locks AS l
         JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE l.pid = a.pid
          AND l.granted
          AND l.locktype = 'relation'
          AND c.relkind IN ('r', 'p', 'm')
          AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
          AND c.relname NOT LIKE '\_zanith\_%%'
        ORDER BY array_position(ARRAY['ShareUpdateExclusiveLock', 'ShareLock',
                                      'ShareRowExclusiveLock', 'ExclusiveLock',
                                      'AccessExclusiveLock'], l.mode) DESC NULLS LAST,
                 relation
        LIMIT 1
       ) AS h ON true
 WHERE a.pid = %(pid)s
