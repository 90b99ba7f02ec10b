-- One JSON array of Other: comments on what no value of ours holds a comment for.
-- An extension's comment comes from its control file, and differs by version.
WITH wanted AS MATERIALIZED (
       -- Not an array at every place: the planner would weigh each of its elements there.
       SELECT u.oid FROM unnest(%(relations)s::oid[]) AS u (oid)
     )
SELECT coalesce(
         json_agg(
           json_build_object('kind', 'comment', 'name', f.name, 'definition', f.description)
           ORDER BY f.name
         ),
         '[]'
       )::text
  FROM (
       SELECT i.type || ' ' || i.identity AS name, d.description
         FROM pg_catalog.pg_description AS d
        CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) AS i
        WHERE d.objoid >= 16384
          AND d.classoid NOT IN (
            'pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass,
            'pg_catalog.pg_statistic_ext'::regclass, 'pg_catalog.pg_operator'::regclass,
            'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass,
            'pg_catalog.pg_cast'::regclass, 'pg_catalog.pg_conversion'::regclass,
            'pg_catalog.pg_ts_parser'::regclass, 'pg_catalog.pg_ts_template'::regclass,
            'pg_catalog.pg_ts_dict'::regclass, 'pg_catalog.pg_ts_config'::regclass,
            'pg_catalog.pg_language'::regclass, 'pg_catalog.pg_transform'::regclass,
            'pg_catalog.pg_am'::regclass, 'pg_catalog.pg_foreign_data_wrapper'::regclass,
            'pg_catalog.pg_foreign_server'::regclass, 'pg_catalog.pg_publication'::regclass,
            'pg_catalog.pg_proc'::regclass, 'pg_catalog.pg_event_trigger'::regclass,
            'pg_catalog.pg_collation'::regclass
          )
          AND (d.classoid <> 'pg_catalog.pg_trigger'::regclass OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS g
             WHERE g.oid = d.objoid AND g.tgrelid IN (SELECT w.oid FROM wanted AS w)
          ))
          AND (d.classoid <> 'pg_catalog.pg_rewrite'::regclass OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_rewrite AS u
             WHERE u.oid = d.objoid AND u.ev_class IN (SELECT w.oid FROM wanted AS w)
          ))
          AND (d.classoid <> 'pg_catalog.pg_policy'::regclass OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_policy AS p
             WHERE p.oid = d.objoid AND p.polrelid IN (SELECT w.oid FROM wanted AS w)
          ))
          AND (d.classoid <> 'pg_catalog.pg_constraint'::regclass OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_constraint AS c
             WHERE c.oid = d.objoid
               AND c.contype <> 'n'
               AND (c.contypid <> 0 OR c.conrelid IN (SELECT w.oid FROM wanted AS w))
          ))
          AND (d.classoid <> 'pg_catalog.pg_type'::regclass OR NOT EXISTS (
            SELECT FROM pg_catalog.pg_type AS t
             WHERE t.oid = d.objoid AND t.typtype IN ('e', 'd', 'c', 'r')
          ))
          AND (d.classoid <> 'pg_catalog.pg_class'::regclass OR NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_class AS c
              LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid = c.oid
             WHERE c.oid = d.objoid
               AND (
                 c.oid IN (SELECT w.oid FROM wanted AS w)
                 OR c.relkind = 'c'
                 OR x.indrelid IN (SELECT w.oid FROM wanted AS w)
                 OR c.relkind = 'S' AND NOT EXISTS (
                   SELECT FROM pg_catalog.pg_depend AS o
                    WHERE o.classid = 'pg_catalog.pg_class'::regclass
                      AND o.objid = c.oid
                      AND o.deptype = 'i'
                 )
               )
          ))
          AND i.identity !~ '(^|[ ."])_zanith_'
          AND (
            i.schema = ANY (%(schema_names)s::text[])
            OR i.schema IS NULL AND (%(everywhere)s OR EXISTS (
              SELECT FROM unnest(%(schema_names)s::text[]) AS s (name)
               WHERE strpos(i.identity, ' on ' || quote_ident(s.name) || '.') > 0
            ))
          )
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
       ) AS f
