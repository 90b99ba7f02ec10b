-- One row per table lock that another transaction holds on one of the relations, with its place;
-- what a serializable transaction has read (SIReadLock) is in nobody's way.
-- A prepared transaction has no backend; it is found by the lock on its own number.
SELECT w.place::int,
       l.pid,
       l.mode,
       coalesce(a.application_name, '') AS application_name,
       coalesce(a.usename::text, p.owner::text, '') AS "user",
       CASE WHEN l.pid IS NULL THEN 'prepared transaction'
            ELSE coalesce(a.backend_type, '') END AS kind,
       coalesce(a.state, '') AS state,
       coalesce(a.query, p.gid, '') AS query,
       a.backend_start,
       extract(epoch FROM pg_catalog.clock_timestamp() - coalesce(a.xact_start, p.prepared))::float8
         AS xact_seconds
  FROM pg_catalog.pg_locks AS l
  JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN unnest(%(schemas)s::text[], %(names)s::text[]) WITH ORDINALITY AS w (schema, name, place)
    ON w.schema = n.nspname AND w.name = c.relname
  LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
  LEFT JOIN pg_catalog.pg_locks AS x
    ON l.pid IS NULL
   AND x.pid IS NULL
   AND x.locktype = 'transactionid'
   AND x.virtualtransaction = l.virtualtransaction
  LEFT JOIN pg_catalog.pg_prepared_xacts AS p ON p.transaction = x.transactionid
 WHERE l.locktype = 'relation'
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d
                      WHERE d.datname = pg_catalog.current_database())
   AND l.granted
   AND l.mode <> 'SIReadLock'
   AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
 ORDER BY xact_seconds DESC NULLS LAST, l.pid, l.mode
