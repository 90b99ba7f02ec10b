-- One row per privilege that somebody but its owner has on a parked relation, on a column of it,
-- or on a sequence that belongs to it; grantee '' is everybody.
WITH parked AS (
    SELECT to_regclass(name) AS oid FROM unnest(%(names)s::text[]) AS given (name)
), owned AS (
    SELECT oid FROM parked
     UNION
    SELECT d.objid
      FROM pg_catalog.pg_depend AS d
      JOIN parked ON parked.oid = d.refobjid
      JOIN pg_catalog.pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
     WHERE d.classid = 'pg_catalog.pg_class'::regclass
       AND d.refclassid = 'pg_catalog.pg_class'::regclass
       AND d.deptype IN ('a', 'i')
), listed AS (
    SELECT c.oid, NULL::name AS part, c.relacl AS acl
      FROM pg_catalog.pg_class AS c
      JOIN owned USING (oid)
     UNION ALL
    SELECT c.oid, a.attname, a.attacl
      FROM pg_catalog.pg_class AS c
      JOIN owned USING (oid)
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND NOT a.attisdropped
)
SELECT n.nspname, c.relname, listed.part, c.relkind = 'S', x.privilege_type,
       coalesce(r.rolname, ''), x.is_grantable
  FROM listed
  JOIN pg_catalog.pg_class AS c USING (oid)
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 CROSS JOIN pg_catalog.aclexplode(listed.acl) AS x
  LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = x.grantee
 WHERE x.grantee <> c.relowner
   AND (x.grantee = 0 OR r.rolname IS NOT NULL)
 ORDER BY 1, 2, 3, 5, 6
