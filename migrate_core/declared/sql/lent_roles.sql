-- Of the roles named: which exist, and which of those are ours to lend. A role is ours when it
-- carries our mark and can do nothing by itself; any other role of the server is never lent.
SELECT r.rolname::text AS name,
       pg_catalog.shobj_description(r.oid, 'pg_authid') IS NOT DISTINCT FROM %(mark)s
         AND NOT (r.rolsuper OR r.rolcanlogin OR r.rolcreaterole OR r.rolcreatedb
                  OR r.rolreplication OR r.rolbypassrls)
         AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.member = r.oid
         ) AS ours
  FROM pg_catalog.pg_roles AS r
 WHERE r.rolname = ANY(%(names)s)
