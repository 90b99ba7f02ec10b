-- One JSON object: the role that reads, and [object, role] of what belongs to another role.
-- What an extension made is the extension's; a sequence that a column owns goes with its table;
-- the schema "public" is expected to belong to whom initdb gave it.
WITH me AS MATERIALIZED (
       SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
     ),
     standard AS MATERIALIZED (
       SELECT CASE WHEN current_setting('server_version_num')::int < 150000 THEN 10 ELSE 6171 END
                ::oid AS oid
     ),
     objects AS (
       SELECT CASE c.relkind
                WHEN 'v' THEN 'view'
                WHEN 'm' THEN 'materialized view'
                WHEN 'S' THEN 'sequence'
                ELSE 'table'
              END AS kind,
              c.relnamespace AS schema, c.relname::text AS name,
              'pg_catalog.pg_class'::regclass AS catalog, c.oid, c.relowner AS owner
         FROM pg_catalog.pg_class AS c
        WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
          AND c.relnamespace = ANY (%(schemas)s::oid[])
          AND NOT c.relname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'schema', 0, n.nspname, 'pg_catalog.pg_namespace'::regclass, n.oid, n.nspowner
         FROM pg_catalog.pg_namespace AS n
        WHERE n.oid = ANY (%(schemas)s::oid[])
        UNION ALL
       -- As routines are named: the identity qualifies pg_catalog's own types.
       SELECT 'routine', p.pronamespace, p.oid::regprocedure::text, 'pg_catalog.pg_proc'::regclass, p.oid, p.proowner
         FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = ANY (%(schemas)s::oid[])
          AND NOT p.proname::text ^@ '_zanith_'
        UNION ALL
       SELECT CASE t.typtype
                WHEN 'e' THEN 'enum'
                WHEN 'd' THEN 'domain'
                WHEN 'c' THEN 'composite type'
                WHEN 'r' THEN 'range type'
                ELSE 'base type'
              END,
              t.typnamespace, CASE WHEN t.typtype NOT IN ('r', 'b') THEN t.typname::text END,
              'pg_catalog.pg_type'::regclass, t.oid, t.typowner
         FROM pg_catalog.pg_type AS t
         LEFT JOIN pg_catalog.pg_class AS r ON r.oid = t.typrelid
        WHERE t.typnamespace = ANY (%(schemas)s::oid[])
          AND t.typtype IN ('e', 'd', 'c', 'r', 'b')
          AND (t.typrelid = 0 OR r.relkind = 'c')
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_type AS e WHERE e.typarray = t.oid)
          AND NOT t.typname::text ^@ '_zanith_'
        UNION ALL
       SELECT 'operator', o.oprnamespace, NULL, 'pg_catalog.pg_operator'::regclass, o.oid, o.oprowner
         FROM pg_catalog.pg_operator AS o
        WHERE o.oprnamespace = ANY (%(schemas)s::oid[]) AND o.oprcode <> 0
        UNION ALL
       SELECT 'operator class', o.opcnamespace, NULL, 'pg_catalog.pg_opclass'::regclass, o.oid,
              o.opcowner
         FROM pg_catalog.pg_opclass AS o
        WHERE o.opcnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'operator family', o.opfnamespace, NULL, 'pg_catalog.pg_opfamily'::regclass, o.oid,
              o.opfowner
         FROM pg_catalog.pg_opfamily AS o
        WHERE o.opfnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'collation', c.collnamespace, NULL, 'pg_catalog.pg_collation'::regclass, c.oid,
              c.collowner
         FROM pg_catalog.pg_collation AS c
        WHERE c.collnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'conversion', c.connamespace, NULL, 'pg_catalog.pg_conversion'::regclass, c.oid,
              c.conowner
         FROM pg_catalog.pg_conversion AS c
        WHERE c.connamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'text search dictionary', t.dictnamespace, NULL, 'pg_catalog.pg_ts_dict'::regclass,
              t.oid, t.dictowner
         FROM pg_catalog.pg_ts_dict AS t
        WHERE t.dictnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'text search configuration', t.cfgnamespace, NULL,
              'pg_catalog.pg_ts_config'::regclass, t.oid, t.cfgowner
         FROM pg_catalog.pg_ts_config AS t
        WHERE t.cfgnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'statistics', s.stxnamespace, NULL, 'pg_catalog.pg_statistic_ext'::regclass, s.oid,
              s.stxowner
         FROM pg_catalog.pg_statistic_ext AS s
        WHERE s.stxnamespace = ANY (%(schemas)s::oid[])
        UNION ALL
       SELECT 'language', 0, NULL, 'pg_catalog.pg_language'::regclass, l.oid, l.lanowner
         FROM pg_catalog.pg_language AS l
        WHERE %(everywhere)s
        UNION ALL
       SELECT 'foreign-data wrapper', 0, NULL, 'pg_catalog.pg_foreign_data_wrapper'::regclass,
              w.oid, w.fdwowner
         FROM pg_catalog.pg_foreign_data_wrapper AS w
        WHERE %(everywhere)s
        UNION ALL
       SELECT 'server', 0, NULL, 'pg_catalog.pg_foreign_server'::regclass, s.oid, s.srvowner
         FROM pg_catalog.pg_foreign_server AS s
        WHERE %(everywhere)s
        UNION ALL
       SELECT 'publication', 0, NULL, 'pg_catalog.pg_publication'::regclass, p.oid, p.pubowner
         FROM pg_catalog.pg_publication AS p
        WHERE %(everywhere)s
        UNION ALL
       SELECT 'event trigger', 0, NULL, 'pg_catalog.pg_event_trigger'::regclass, e.oid, e.evtowner
         FROM pg_catalog.pg_event_trigger AS e
        WHERE %(everywhere)s
     )
SELECT json_build_object(
         'reader', current_user,
         'owners', coalesce(
           json_agg(
             json_build_object(
               'object', json_build_array(
                 o.kind, coalesce(n.nspname, ''),
                 coalesce(
                   o.name, (pg_identify_object(o.catalog, o.oid, 0)).identity
                 ),
                 ''
               ),
               'role', pg_get_userbyid(o.owner)
             )
           ),
           '[]'
         )
       )::text
  FROM objects AS o
  LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid = o.schema
 WHERE o.oid >= CASE WHEN o.kind = 'schema' THEN 0 ELSE 16384 END
   AND CASE
         WHEN o.kind = 'schema' AND o.name = 'public'
           THEN o.owner <> (SELECT s.oid FROM standard AS s)
         ELSE o.owner <> (SELECT m.oid FROM me AS m)
       END
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog
        AND e.objid = o.oid
        AND (
          e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          OR o.kind = 'sequence' AND e.deptype IN ('a', 'i')
          AND e.refclassid = 'pg_catalog.pg_class'::regclass
        )
   )
