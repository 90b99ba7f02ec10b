-- One JSON array of Privilege: where rights are not those that PostgreSQL gives by itself.
-- What an extension's script granted counts as given, and so does what initdb lets everybody
-- do in the schema "public". Rights of the owner stand under the grantee ''.
WITH objects AS (
       SELECT CASE c.relkind
                WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view'
                WHEN 'S' THEN 'sequence'
                ELSE 'table'
              END AS kind,
              n.nspname AS schema, c.relname AS name, '' AS part,
              'pg_catalog.pg_class'::regclass AS catalog, c.oid,
              CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END AS letter,
              c.relowner AS owner, c.relacl AS acl
         FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relacl IS NOT NULL
          AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
          AND c.relnamespace = ANY (%(schemas)s::oid[])
          AND NOT c.relname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'column', n.nspname, c.relname, a.attname,
              'pg_catalog.pg_class'::regclass, c.oid, 'c', c.relowner, a.attacl
         FROM pg_catalog.pg_attribute AS a
         JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE a.attacl IS NOT NULL
          AND NOT a.attisdropped
          AND a.attnum > 0
          AND c.relnamespace = ANY (%(schemas)s::oid[])
          AND NOT c.relname::text ^@ '_zanith_'
          AND NOT a.attname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'schema', '', n.nspname, '',
              'pg_catalog.pg_namespace'::regclass, n.oid, 'n', n.nspowner, n.nspacl
         FROM pg_catalog.pg_namespace AS n
        WHERE (n.nspacl IS NOT NULL OR n.nspname = 'public')
          AND n.oid = ANY (%(schemas)s::oid[])
        UNION ALL
       -- As routines are named: the identity qualifies pg_catalog's own types.
       SELECT 'routine', n.nspname, p.oid::regprocedure::text, '',
              'pg_catalog.pg_proc'::regclass, p.oid, 'f', p.proowner, p.proacl
         FROM pg_catalog.pg_proc AS p
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.proacl IS NOT NULL
          AND p.pronamespace = ANY (%(schemas)s::oid[])
          AND NOT p.proname::text ^@ '_zanith_'
        UNION ALL
       SELECT CASE t.typtype
                WHEN 'e' THEN 'enum'
                WHEN 'd' THEN 'domain'
                WHEN 'c' THEN 'composite type'
                WHEN 'r' THEN 'range type'
                ELSE 'base type'
              END,
              n.nspname,
              CASE
                WHEN t.typtype IN ('r', 'b')
                  THEN quote_ident(n.nspname) || '.' || quote_ident(t.typname)
                ELSE t.typname
              END,
              '', 'pg_catalog.pg_type'::regclass, t.oid, 'T', t.typowner, t.typacl
         FROM pg_catalog.pg_type AS t
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
         LEFT JOIN pg_catalog.pg_class AS r ON r.oid = t.typrelid
        WHERE t.typacl IS NOT NULL
          AND t.typnamespace = ANY (%(schemas)s::oid[])
          AND t.typtype IN ('e', 'd', 'c', 'r', 'b')
          AND (t.typrelid = 0 OR r.relkind = 'c')
          AND NOT t.typname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'language', '', quote_ident(l.lanname), '',
              'pg_catalog.pg_language'::regclass, l.oid, 'l', l.lanowner, l.lanacl
         FROM pg_catalog.pg_language AS l
        WHERE l.lanacl IS NOT NULL AND %(everywhere)s
        UNION ALL
       SELECT 'foreign-data wrapper', '', quote_ident(w.fdwname), '',
              'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, 'F', w.fdwowner, w.fdwacl
         FROM pg_catalog.pg_foreign_data_wrapper AS w
        WHERE w.fdwacl IS NOT NULL AND %(everywhere)s
        UNION ALL
       SELECT 'server', '', quote_ident(s.srvname), '',
              'pg_catalog.pg_foreign_server'::regclass, s.oid, 'S', s.srvowner, s.srvacl
         FROM pg_catalog.pg_foreign_server AS s
        WHERE s.srvacl IS NOT NULL AND %(everywhere)s
     ),
     based AS (
       SELECT o.kind, o.schema, o.name, o.part, o.owner, o.letter,
              coalesce(o.acl, acldefault(o.letter::"char", o.owner)) AS acl,
              CASE
                WHEN o.kind = 'schema' AND o.name = 'public'
                  -- Up to 14 a new database lets everybody create in it too: told as any right.
                  THEN acldefault('n', o.owner) || makeaclitem(0, o.owner, 'USAGE', false)
                ELSE coalesce(i.initprivs, acldefault(o.letter::"char", o.owner))
              END AS given
         FROM objects AS o
         LEFT JOIN pg_catalog.pg_init_privs AS i
           ON i.classoid = o.catalog AND i.objoid = o.oid AND i.objsubid = 0 AND o.part = ''
     ),
     -- One pass over all items: a join for each object would cost more than the rest.
     items AS (
       SELECT b.kind, b.schema, b.name, b.part, true AS now,
              CASE x.grantee WHEN b.owner THEN NULL ELSE x.grantee END AS grantee,
              x.privilege_type AS privilege, x.is_grantable AS grantable
         FROM based AS b
        CROSS JOIN LATERAL aclexplode(b.acl) AS x
        UNION ALL
       SELECT b.kind, b.schema, b.name, b.part, false,
              CASE x.grantee WHEN x.grantor THEN NULL ELSE x.grantee END,
              x.privilege_type, x.is_grantable
         FROM based AS b
        CROSS JOIN LATERAL aclexplode(b.given) AS x
     ),
     differing AS (
       SELECT i.kind, i.schema, i.name, i.part, i.grantee, i.privilege,
              bool_or(i.grantable) FILTER (WHERE i.now) AS has
         FROM items AS i
        GROUP BY i.kind, i.schema, i.name, i.part, i.grantee, i.privilege
       HAVING bool_or(i.grantable) FILTER (WHERE i.now)
              IS DISTINCT FROM bool_or(i.grantable) FILTER (WHERE NOT i.now)
     )
SELECT coalesce(
         json_agg(
           json_build_object(
             'object', json_build_array(d.kind, d.schema, d.name, d.part),
             'grantee', CASE
               WHEN d.grantee IS NULL THEN ''
               WHEN d.grantee = 0 THEN 'public'
               ELSE pg_get_userbyid(d.grantee)::text
             END,
             'privilege', d.privilege,
             'state', CASE
               WHEN d.has IS NULL THEN 'revoked'
               WHEN d.has THEN 'grantable'
               ELSE 'granted'
             END
           )
         ),
         '[]'
       )::text
  FROM differing AS d
