-- Scratch schemas of this login: name, the moment in it, whether it was kept on request, and
-- whether it is too old to be in use.
SELECT n.nspname::text AS name,
       to_char(
         to_timestamp(substr(n.nspname, length(%(prefix)s) + 1, 10)::bigint) AT TIME ZONE 'UTC',
         'YYYY-MM-DD HH24:MI'
       ) AS since,
       pg_catalog.obj_description(n.oid, 'pg_namespace') IS NOT DISTINCT FROM %(kept)s AS kept,
       substr(n.nspname, length(%(prefix)s) + 1, 10)::bigint
         < floor(extract(epoch FROM clock_timestamp()))::bigint - %(seconds)s::bigint AS old
  FROM pg_catalog.pg_namespace AS n
 WHERE n.nspname ~ ('^' || %(prefix)s || '[0-9]{10}_[0-9a-f]{12}$')
   AND n.nspowner = (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user)
 ORDER BY name
