-- Logins that carry the mark of a kept scratch database, with the moment that is in their name.
SELECT r.rolname::text AS name,
       to_char(
         to_timestamp(substr(r.rolname, length(%(prefix)s) + 1, 10)::bigint) AT TIME ZONE 'UTC',
         'YYYY-MM-DD HH24:MI'
       ) AS since
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolname ~ ('^' || %(prefix)s || '[0-9]{10}_[0-9a-f]{12}$')
   AND pg_catalog.shobj_description(r.oid, 'pg_authid') = %(mark)s
 ORDER BY name
