-- One JSON object: "addresses", each [type, names, schema, identity, relkind or typtype,
-- table of an index], and "edges", each [place of an object, place of what it needs]. Left out is what a table's own
-- values say already: its keys' and indexes' columns, its schema, sequences it owns.
WITH mine AS MATERIALIZED (
       SELECT c.oid, c.relkind, c.reltype
         FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = ANY (%(schemas)s::oid[])
          AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'i', 'I', 'S')
     ),
     rows AS MATERIALIZED (
       SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
        WHERE d.deptype IN ('n', 'a', 'i')
          AND d.objid >= 16384
          AND d.refobjid >= 16384
          AND d.refclassid NOT IN (
            'pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass
          )
          AND d.classid IN (
            'pg_catalog.pg_rewrite'::regclass, 'pg_catalog.pg_proc'::regclass,
            'pg_catalog.pg_trigger'::regclass, 'pg_catalog.pg_policy'::regclass,
            'pg_catalog.pg_statistic_ext'::regclass, 'pg_catalog.pg_publication_rel'::regclass,
            'pg_catalog.pg_event_trigger'::regclass, 'pg_catalog.pg_language'::regclass,
            'pg_catalog.pg_foreign_data_wrapper'::regclass,
            'pg_catalog.pg_foreign_server'::regclass, 'pg_catalog.pg_user_mapping'::regclass,
            'pg_catalog.pg_collation'::regclass, 'pg_catalog.pg_operator'::regclass,
            'pg_catalog.pg_opclass'::regclass, 'pg_catalog.pg_opfamily'::regclass,
            'pg_catalog.pg_amop'::regclass, 'pg_catalog.pg_amproc'::regclass,
            'pg_catalog.pg_am'::regclass, 'pg_catalog.pg_cast'::regclass,
            'pg_catalog.pg_conversion'::regclass, 'pg_catalog.pg_transform'::regclass,
            'pg_catalog.pg_ts_config'::regclass, 'pg_catalog.pg_ts_dict'::regclass,
            'pg_catalog.pg_ts_parser'::regclass, 'pg_catalog.pg_ts_template'::regclass
          )
        UNION ALL
       -- Domains and ranges lean on other types; a row type only on its relation.
       SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_type'::regclass
          AND d.deptype = 'n'
          AND d.objid >= 16384
          AND d.refobjid >= 16384
          AND d.refclassid <> 'pg_catalog.pg_namespace'::regclass
        UNION ALL
       SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_constraint'::regclass
          AND d.refclassid NOT IN (
            'pg_catalog.pg_class'::regclass, 'pg_catalog.pg_constraint'::regclass
          )
          AND d.deptype IN ('n', 'a')
          AND d.objid >= 16384
          AND d.refobjid >= 16384
        UNION ALL
       -- A relation: its columns' types, what its indexes compute, its server.
       SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::regclass
          AND d.refclassid NOT IN (
            'pg_catalog.pg_class'::regclass, 'pg_catalog.pg_namespace'::regclass,
            'pg_catalog.pg_constraint'::regclass, 'pg_catalog.pg_am'::regclass,
            'pg_catalog.pg_extension'::regclass
          )
          AND d.deptype = 'n'
          AND d.refobjid >= 16384
        UNION ALL
       SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
         JOIN pg_catalog.pg_attrdef AS f ON f.oid = d.objid
        WHERE d.classid = 'pg_catalog.pg_attrdef'::regclass
          AND d.refobjid >= 16384
          AND NOT (
            d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.refobjid = f.adrelid
            AND d.refobjsubid = f.adnum
          )
        UNION ALL
       SELECT 'pg_catalog.pg_class'::regclass, i.inhrelid, 0,
              'pg_catalog.pg_class'::regclass, i.inhparent, 0
         FROM pg_catalog.pg_inherits AS i
     ),
     ends AS MATERIALIZED (
       SELECT r.classid, r.objid, r.objsubid FROM rows AS r
        UNION
       SELECT r.refclassid, r.refobjid, r.refobjsubid FROM rows AS r
     ),
     -- What an object is part of, or is by another name: a view's rule, a row type, an array,
     -- a domain's constraint.
     meant AS MATERIALIZED (
       SELECT e.classid, e.objid, e.objsubid,
              CASE
                WHEN u.ev_class IS NOT NULL OR t.typtype = 'c' AND m.relkind <> 'c'
                  THEN 'pg_catalog.pg_class'::regclass
                WHEN c.relkind = 'c' OR y.contypid <> 0 THEN 'pg_catalog.pg_type'::regclass
                WHEN k.oid IS NOT NULL THEN 'pg_catalog.pg_constraint'::regclass
                WHEN p.prpubid IS NOT NULL THEN 'pg_catalog.pg_publication'::regclass
                WHEN f.oid IS NOT NULL THEN f.catalog
                ELSE e.classid
              END AS catalog,
              CASE
                WHEN u.ev_class IS NOT NULL THEN u.ev_class
                WHEN t.typtype = 'c' AND m.relkind <> 'c' THEN t.typrelid
                WHEN t.typelem <> 0 AND a.typarray = t.oid THEN t.typelem
                WHEN t.typtype = 'm' THEN (
                  SELECT r.rngtypid FROM pg_catalog.pg_range AS r WHERE r.rngmultitypid = t.oid
                )
                WHEN c.relkind = 'c' THEN c.reltype
                WHEN k.oid IS NOT NULL THEN k.oid
                ELSE coalesce(p.prpubid, f.oid, nullif(y.contypid, 0), e.objid)
              END AS oid,
              CASE
                WHEN e.classid <> 'pg_catalog.pg_class'::regclass OR c.relkind IN ('c', 'v', 'm', 'i', 'I', 'S')
                  THEN 0
                ELSE e.objsubid
              END AS part
         FROM ends AS e
         LEFT JOIN pg_catalog.pg_rewrite AS u
           ON e.classid = 'pg_catalog.pg_rewrite'::regclass AND u.oid = e.objid AND u.rulename = '_RETURN'
         LEFT JOIN pg_catalog.pg_type AS t
           ON e.classid = 'pg_catalog.pg_type'::regclass AND t.oid = e.objid
         LEFT JOIN pg_catalog.pg_class AS m ON m.oid = t.typrelid
         LEFT JOIN pg_catalog.pg_type AS a ON a.oid = t.typelem
         LEFT JOIN mine AS c ON e.classid = 'pg_catalog.pg_class'::regclass AND c.oid = e.objid
         LEFT JOIN pg_catalog.pg_constraint AS k
           ON k.conindid = c.oid AND c.relkind IN ('i', 'I') AND k.contype IN ('p', 'u', 'x')
         LEFT JOIN pg_catalog.pg_constraint AS y
           ON e.classid = 'pg_catalog.pg_constraint'::regclass AND y.oid = e.objid
         LEFT JOIN pg_catalog.pg_publication_rel AS p
           ON e.classid = 'pg_catalog.pg_publication_rel'::regclass AND p.oid = e.objid
         LEFT JOIN LATERAL (
              -- A member is part of its class, a loose one of its family.
              SELECT coalesce(k.refclassid, 'pg_catalog.pg_opfamily'::regclass)::regclass AS catalog,
                     coalesce(k.refobjid, o.family) AS oid
                FROM (
                     SELECT o.oid, o.amopfamily AS family FROM pg_catalog.pg_amop AS o
                      WHERE e.classid = 'pg_catalog.pg_amop'::regclass AND o.oid = e.objid
                      UNION ALL
                     SELECT o.oid, o.amprocfamily FROM pg_catalog.pg_amproc AS o
                      WHERE e.classid = 'pg_catalog.pg_amproc'::regclass AND o.oid = e.objid
                     ) AS o
                LEFT JOIN pg_catalog.pg_depend AS k
                  ON k.classid = e.classid AND k.objid = e.objid AND k.deptype = 'i'
                 AND k.refclassid = 'pg_catalog.pg_opclass'::regclass
              ) AS f
           ON true
     ),
     named AS MATERIALIZED (
       SELECT o.catalog, o.oid, o.part,
              row_number() OVER () - 1 AS place,
              json_build_array(
                i.type,
                i.object_names,
                coalesce(w.schema, ''),
                w.identity,
                coalesce(c.relkind, t.typtype, ''),
                coalesce((
                  SELECT t.relname
                    FROM pg_catalog.pg_index AS x
                    JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid
                   WHERE x.indexrelid = o.oid AND o.catalog = 'pg_catalog.pg_class'::regclass
                ), '')
              ) AS address
         FROM (SELECT DISTINCT m.catalog, m.oid, m.part FROM meant AS m) AS o
        CROSS JOIN LATERAL pg_identify_object_as_address(o.catalog, o.oid, o.part) AS i
        CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, o.part) AS w
         LEFT JOIN pg_catalog.pg_class AS c
           ON o.catalog = 'pg_catalog.pg_class'::regclass AND c.oid = o.oid
         LEFT JOIN pg_catalog.pg_type AS t
           ON o.catalog = 'pg_catalog.pg_type'::regclass AND t.oid = o.oid
        WHERE i.type IS NOT NULL
     ),
     edges AS (
       SELECT DISTINCT one.place AS one, needed.place AS needed
         FROM rows AS r
         JOIN meant AS a
           ON (a.classid, a.objid, a.objsubid) = (r.classid, r.objid, r.objsubid)
         JOIN meant AS b
           ON (b.classid, b.objid, b.objsubid) = (r.refclassid, r.refobjid, r.refobjsubid)
         JOIN named AS one ON (one.catalog, one.oid, one.part) = (a.catalog, a.oid, a.part)
         JOIN named AS needed ON (needed.catalog, needed.oid, needed.part) = (b.catalog, b.oid, b.part)
        WHERE one.place <> needed.place
     )
SELECT json_build_object(
         'addresses', (
           SELECT coalesce(json_agg(n.address ORDER BY n.place), '[]') FROM named AS n
         ),
         'edges', (
           SELECT coalesce(json_agg(json_build_array(e.one, e.needed)), '[]') FROM edges AS e
         )
       )::text
