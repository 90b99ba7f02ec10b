-- One JSON object: for a document of ours whether it may hold anything. Most databases have
-- few kinds of objects, and the planner takes longer over a question than its answer does.
-- Each condition is one that the document's own query implies: it may say yes for nothing,
-- and never no for something.
SELECT json_object_agg(p.document, p.is_there)::text
  FROM (
       VALUES
       ('views', EXISTS (
         SELECT FROM pg_catalog.pg_class AS c
          WHERE c.relkind = 'v' AND c.relnamespace = ANY (%(schemas)s::oid[])
       )),
       ('materialized_views', EXISTS (
         SELECT FROM pg_catalog.pg_class AS c
          WHERE c.relkind = 'm' AND c.relnamespace = ANY (%(schemas)s::oid[])
       )),
       ('sequences', EXISTS (
         SELECT FROM pg_catalog.pg_class AS c
          WHERE c.relkind = 'S' AND c.relnamespace = ANY (%(schemas)s::oid[])
       )),
       ('composites', EXISTS (
         SELECT FROM pg_catalog.pg_class AS c
          WHERE c.relkind = 'c' AND c.relnamespace = ANY (%(schemas)s::oid[])
       )),
       ('enums', EXISTS (
         SELECT FROM pg_catalog.pg_type AS t
          WHERE t.typtype = 'e' AND t.typnamespace = ANY (%(schemas)s::oid[])
       )),
       ('domains', EXISTS (
         SELECT FROM pg_catalog.pg_type AS t
          WHERE t.typtype = 'd' AND t.typnamespace = ANY (%(schemas)s::oid[])
       )),
       ('definitions_ranges', EXISTS (
         SELECT FROM pg_catalog.pg_type AS t
          WHERE t.typtype = 'r' AND t.typnamespace = ANY (%(schemas)s::oid[])
       )),
       ('others_types', EXISTS (
         SELECT FROM pg_catalog.pg_type AS t
          WHERE t.typtype IN ('b', 'p', 'r')
            AND t.typnamespace = ANY (%(schemas)s::oid[])
            AND NOT EXISTS (
              SELECT FROM pg_catalog.pg_type AS m WHERE m.oid = t.typelem AND m.typarray = t.oid
            )
       )),
       ('routines', EXISTS (
         SELECT FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = ANY (%(schemas)s::oid[])
       )),
       ('extensions', EXISTS (SELECT FROM pg_catalog.pg_extension AS x WHERE x.oid >= 16384)),
       ('policies', EXISTS (SELECT FROM pg_catalog.pg_policy)),
       ('triggers', EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE NOT g.tgisinternal)),
       ('rules', EXISTS (
         SELECT FROM pg_catalog.pg_rewrite AS u WHERE u.oid >= 16384 AND u.rulename <> '_RETURN'
       )),
       ('others_triggers', EXISTS (
         SELECT FROM pg_catalog.pg_trigger AS g WHERE NOT g.tgisinternal
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_rewrite AS u WHERE u.oid >= 16384 AND u.rulename <> '_RETURN'
       )),
       ('others_tables', EXISTS (
         SELECT FROM pg_catalog.pg_class AS c
          WHERE c.relnamespace = ANY (%(schemas)s::oid[])
            AND (
              c.reltablespace <> 0
              OR c.reloftype <> 0
              OR c.relkind IN ('r', 'p', 'm') AND c.relam NOT IN (0, 2)
            )
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgisinternal AND g.tgenabled <> 'O'
       )),
       ('others_comments', EXISTS (
         SELECT FROM pg_catalog.pg_description AS d WHERE d.objoid >= 16384
       )),
       ('default_privileges', EXISTS (SELECT FROM pg_catalog.pg_default_acl)),
       ('definitions_collations', EXISTS (
         SELECT FROM pg_catalog.pg_collation AS c WHERE c.collnamespace = ANY (%(schemas)s::oid[])
       )),
       ('definitions_in_schemas', EXISTS (
         SELECT FROM pg_catalog.pg_statistic_ext AS s WHERE s.stxnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_operator AS o WHERE o.oprnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_opfamily AS f WHERE f.opfnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_opclass AS c WHERE c.opcnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_conversion AS c WHERE c.connamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_ts_parser AS p WHERE p.prsnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_ts_template AS t WHERE t.tmplnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_ts_dict AS t WHERE t.dictnamespace = ANY (%(schemas)s::oid[])
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_ts_config AS t WHERE t.cfgnamespace = ANY (%(schemas)s::oid[])
       )),
       -- A user mapping has its server.
       ('definitions_in_database', EXISTS (
         SELECT FROM pg_catalog.pg_foreign_data_wrapper AS w WHERE w.oid >= 16384
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_foreign_server AS s WHERE s.oid >= 16384
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_cast AS c WHERE c.oid >= 16384
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_language AS l WHERE l.oid >= 16384
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_transform AS t WHERE t.oid >= 16384
       ) OR EXISTS (
         SELECT FROM pg_catalog.pg_am AS a WHERE a.oid >= 16384
       )),
       ('definitions_event_triggers', EXISTS (SELECT FROM pg_catalog.pg_event_trigger)),
       ('definitions_publications', EXISTS (SELECT FROM pg_catalog.pg_publication)),
       ('definitions_publications_14', EXISTS (SELECT FROM pg_catalog.pg_publication))
       ) AS p (document, is_there)
