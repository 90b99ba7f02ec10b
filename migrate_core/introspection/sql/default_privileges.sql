-- One JSON array of DefaultPrivilege: where what new objects get is not what PostgreSQL gives
-- by itself. Those of one schema only add to it. The role that reads stands as ''.
WITH found AS (
       SELECT CASE WHEN r.rolname = current_user THEN '' ELSE r.rolname END AS role,
              coalesce(n.nspname, '') AS schema,
              CASE d.defaclobjtype
                WHEN 'r' THEN 'tables'
                WHEN 'S' THEN 'sequences'
                WHEN 'f' THEN 'functions'
                WHEN 'T' THEN 'types'
                WHEN 'n' THEN 'schemas'
                ELSE 'large objects'
              END AS objects,
              d.defaclrole AS owner,
              d.defaclacl AS acl,
              CASE
                WHEN d.defaclnamespace <> 0 THEN acldefault('c', d.defaclrole)
                ELSE acldefault(
                  CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole
                )
              END AS given
         FROM pg_catalog.pg_default_acl AS d
         JOIN pg_catalog.pg_roles AS r ON r.oid = d.defaclrole
         LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
        WHERE d.defaclnamespace = 0 OR d.defaclnamespace = ANY (%(schemas)s::oid[])
     )
SELECT coalesce(
         json_agg(
           json_build_object(
             'role', f.role,
             'schema', f.schema,
             'objects', f.objects,
             'grantee', d.grantee,
             'privilege', d.privilege,
             'state', d.state
           )
         ),
         '[]'
       )::text
  FROM found AS f
 CROSS JOIN LATERAL (
       SELECT grantee, privilege,
              CASE
                WHEN has.grantable IS NULL THEN 'revoked'
                WHEN has.grantable THEN 'grantable'
                ELSE 'granted'
              END AS state
         FROM (
              SELECT CASE x.grantee
                       WHEN f.owner THEN ''
                       WHEN 0 THEN 'public'
                       ELSE pg_get_userbyid(x.grantee)::text
                     END AS grantee,
                     x.privilege_type AS privilege, bool_or(x.is_grantable) AS grantable
                FROM aclexplode(f.acl) AS x
               GROUP BY 1, 2
              ) AS has
         FULL JOIN (
              SELECT CASE x.grantee WHEN 0 THEN 'public' ELSE '' END AS grantee,
                     x.privilege_type AS privilege, bool_or(x.is_grantable) AS grantable
                FROM aclexplode(f.given) AS x
               GROUP BY 1, 2
              ) AS had
        USING (grantee, privilege)
        WHERE has.grantable IS DISTINCT FROM had.grantable
       ) AS d
