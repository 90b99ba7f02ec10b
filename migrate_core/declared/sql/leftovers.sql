-- Scratch databases, and logins without one, whose name says that they are too old to be in use.
-- The two share a name: prefix, seconds since 1970, random.
SELECT DISTINCT name
  FROM (
        SELECT d.datname::text AS name FROM pg_catalog.pg_database AS d
         UNION ALL
        SELECT r.rolname::text FROM pg_catalog.pg_roles AS r
       ) AS made
 WHERE name ~ ('^' || %(prefix)s || '[0-9]{10}_[0-9a-f]{12}$')
   AND substr(name, length(%(prefix)s) + 1, 10)::bigint < %(now)s::bigint - %(seconds)s::bigint
   AND NOT EXISTS (  -- kept on request
       SELECT
         FROM pg_catalog.pg_roles AS k
        WHERE k.rolname = name AND pg_catalog.shobj_description(k.oid, 'pg_authid') = %(kept)s
   )
 ORDER BY name
