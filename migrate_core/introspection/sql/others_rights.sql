-- One JSON array of Other: rights that somebody else than the owner gave, whose statements
-- only that role could run again, and security labels, which are their provider's.
WITH given AS (
       SELECT 'pg_catalog.pg_class'::regclass AS catalog, c.oid, 0 AS part, c.relowner AS owner,
              c.relnamespace AS schema, c.relacl AS acl
         FROM pg_catalog.pg_class AS c
        WHERE c.relacl IS NOT NULL AND NOT c.relname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'pg_catalog.pg_class'::regclass, c.oid, a.attnum, c.relowner, c.relnamespace, a.attacl
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
        WHERE a.attacl IS NOT NULL AND NOT c.relname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'pg_catalog.pg_namespace'::regclass, n.oid, 0, n.nspowner, n.oid, n.nspacl
         FROM pg_catalog.pg_namespace AS n
        WHERE n.nspacl IS NOT NULL
        UNION ALL
       SELECT 'pg_catalog.pg_proc'::regclass, p.oid, 0, p.proowner, p.pronamespace, p.proacl
         FROM pg_catalog.pg_proc AS p
        WHERE p.proacl IS NOT NULL
        UNION ALL
       SELECT 'pg_catalog.pg_type'::regclass, t.oid, 0, t.typowner, t.typnamespace, t.typacl
         FROM pg_catalog.pg_type AS t
        WHERE t.typacl IS NOT NULL
     ),
     found AS (
       SELECT 'privilege passed on' AS kind, i.type || ' ' || i.identity AS name,
              concat_ws(
                ' ', x.privilege_type, 'to',
                CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee)::text END,
                'by', pg_get_userbyid(x.grantor), CASE WHEN x.is_grantable THEN 'WITH GRANT OPTION' END
              ) AS definition
         FROM given AS g
        CROSS JOIN LATERAL aclexplode(g.acl) AS x
        CROSS JOIN LATERAL pg_identify_object(g.catalog, g.oid, g.part) AS i
        WHERE x.grantor <> g.owner AND g.schema = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'security label', i.type || ' ' || i.identity, l.provider || ' ' || l.label
         FROM pg_catalog.pg_seclabel AS l
        CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) AS i
        WHERE i.schema = ANY (%(schema_names)s::text[]) OR i.schema IS NULL AND %(everywhere)s
     )
SELECT coalesce(
         json_agg(
           json_build_object('kind', f.kind, 'name', f.name, 'definition', f.definition)
           ORDER BY f.kind, f.name, f.definition
         ),
         '[]'
       )::text
  FROM found AS f
