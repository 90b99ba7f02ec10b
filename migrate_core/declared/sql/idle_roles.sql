-- Roles we made for rehearsals that no scratch login is a member of any more.
SELECT r.rolname::text AS name
  FROM pg_catalog.pg_roles AS r
 WHERE pg_catalog.shobj_description(r.oid, 'pg_authid') = %(mark)s
   AND NOT EXISTS (
       SELECT
         FROM pg_catalog.pg_auth_members AS m
         JOIN pg_catalog.pg_roles AS member ON member.oid = m.member
        WHERE m.roleid = r.oid
          AND starts_with(member.rolname, %(prefix)s)
   )
