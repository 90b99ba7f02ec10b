-- One JSON object: "addresses", each [type, names, schema, identity, relkind or typtype,
-- table of an index], and "edges", each [place of an object, place of what it needs]. Left out is what a table's own
-- values say already: its keys' and indexes' columns, its schema, sequences it owns.
WITH rows AS MATERIALIZED (
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
          -- Not the triggers that foreign keys work by: several for each of them.
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_trigger AS g
             WHERE g.tgisinternal
               AND g.oid = d.objid
               AND d.classid = 'pg_catalog.pg_trigger'::regclass
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
       -- Up to 14 a generated column itself leans on what its expression names, and goes with it.
       SELECT 'pg_catalog.pg_attrdef'::regclass, f.oid, 0, d.refclassid, d.refobjid, d.refobjsubid
         FROM pg_catalog.pg_depend AS d
         JOIN pg_catalog.pg_attrdef AS f ON f.adrelid = d.objid AND f.adnum = d.objsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass
          AND d.objsubid > 0
          AND d.deptype = 'a'
          AND d.refobjid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_class'::regclass, i.inhrelid, 0,
              'pg_catalog.pg_class'::regclass, i.inhparent, 0
         FROM pg_catalog.pg_inherits AS i
     ),
     -- What is part of something else, or is it by another name: a view's rule, a row type, an
     -- array, a domain's constraint, an index that a constraint owns.
     other_names AS MATERIALIZED (
       SELECT 'pg_catalog.pg_rewrite'::regclass AS classid, u.oid AS objid,
              'pg_catalog.pg_class'::regclass AS catalog, u.ev_class AS oid
         FROM pg_catalog.pg_rewrite AS u
        WHERE u.rulename = '_RETURN' AND u.oid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_type'::regclass, c.reltype, 'pg_catalog.pg_class'::regclass, c.oid
         FROM pg_catalog.pg_class AS c
        WHERE c.reltype >= 16384 AND c.relkind <> 'c'
        UNION ALL
       -- An array of rows leads to their relation at once.
       SELECT 'pg_catalog.pg_type'::regclass, t.typarray,
              CASE WHEN c.oid IS NULL THEN 'pg_catalog.pg_type'::regclass
                ELSE 'pg_catalog.pg_class'::regclass END,
              coalesce(c.oid, t.oid)
         FROM pg_catalog.pg_type AS t
         LEFT JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid AND c.relkind <> 'c'
        WHERE t.typarray >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_type'::regclass, r.rngmultitypid,
              'pg_catalog.pg_type'::regclass, r.rngtypid
         FROM pg_catalog.pg_range AS r
        WHERE r.rngtypid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_class'::regclass, c.oid, 'pg_catalog.pg_type'::regclass, c.reltype
         FROM pg_catalog.pg_class AS c
        WHERE c.relkind = 'c' AND c.oid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_class'::regclass, k.conindid,
              'pg_catalog.pg_constraint'::regclass, k.oid
         FROM pg_catalog.pg_constraint AS k
        WHERE k.contype IN ('p', 'u', 'x') AND k.oid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_constraint'::regclass, k.oid,
              'pg_catalog.pg_type'::regclass, k.contypid
         FROM pg_catalog.pg_constraint AS k
        WHERE k.contypid <> 0
        UNION ALL
       SELECT 'pg_catalog.pg_publication_rel'::regclass, p.oid,
              'pg_catalog.pg_publication'::regclass, p.prpubid
         FROM pg_catalog.pg_publication_rel AS p
        UNION ALL
       -- A member is part of its operator class, a loose one of its family.
       SELECT 'pg_catalog.pg_amop'::regclass, o.oid,
              coalesce(d.refclassid, 'pg_catalog.pg_opfamily'::regclass)::regclass,
              coalesce(d.refobjid, o.amopfamily)
         FROM pg_catalog.pg_amop AS o
         LEFT JOIN pg_catalog.pg_depend AS d
           ON d.classid = 'pg_catalog.pg_amop'::regclass AND d.objid = o.oid AND d.deptype = 'i'
          AND d.refclassid = 'pg_catalog.pg_opclass'::regclass
        WHERE o.oid >= 16384
        UNION ALL
       SELECT 'pg_catalog.pg_amproc'::regclass, o.oid,
              coalesce(d.refclassid, 'pg_catalog.pg_opfamily'::regclass)::regclass,
              coalesce(d.refobjid, o.amprocfamily)
         FROM pg_catalog.pg_amproc AS o
         LEFT JOIN pg_catalog.pg_depend AS d
           ON d.classid = 'pg_catalog.pg_amproc'::regclass AND d.objid = o.oid AND d.deptype = 'i'
          AND d.refclassid = 'pg_catalog.pg_opclass'::regclass
        WHERE o.oid >= 16384
     ),
     -- The columns of views and sequences are no objects of ours.
     whole AS MATERIALIZED (
       SELECT c.oid FROM pg_catalog.pg_class AS c WHERE c.relkind IN ('v', 'm', 'c', 'i', 'I', 'S')
     ),
     edges AS MATERIALIZED (
       SELECT DISTINCT
              coalesce(a.catalog, r.classid::oid::regclass) AS catalog,
              coalesce(a.oid, r.objid) AS oid,
              CASE WHEN a.oid IS NULL AND v.oid IS NULL THEN r.objsubid ELSE 0 END AS part,
              coalesce(b.catalog, r.refclassid::oid::regclass) AS needed_catalog,
              coalesce(b.oid, r.refobjid) AS needed_oid,
              CASE WHEN b.oid IS NULL AND w.oid IS NULL THEN r.refobjsubid ELSE 0 END
                AS needed_part
         FROM rows AS r
         LEFT JOIN other_names AS a ON a.classid = r.classid AND a.objid = r.objid
         LEFT JOIN other_names AS b ON b.classid = r.refclassid AND b.objid = r.refobjid
         LEFT JOIN whole AS v ON v.oid = r.objid AND r.classid = 'pg_catalog.pg_class'::regclass
         LEFT JOIN whole AS w
           ON w.oid = r.refobjid AND r.refclassid = 'pg_catalog.pg_class'::regclass
     ),
     named AS MATERIALIZED (
       SELECT o.catalog, o.oid, o.part,
              row_number() OVER () - 1 AS place,
              json_build_array(
                i.type,
                i.object_names,
                coalesce(w.schema, ''),
                -- As a person writes it: the identity qualifies pg_catalog's own types.
                CASE
                  WHEN o.catalog = 'pg_catalog.pg_proc'::regclass THEN o.oid::regprocedure::text
                  ELSE w.identity
                END,
                coalesce(c.relkind, t.typtype, ''),
                coalesce(x.relname, '')
              ) AS address
         FROM (
              SELECT e.catalog, e.oid, e.part FROM edges AS e
               UNION
              SELECT e.needed_catalog, e.needed_oid, e.needed_part FROM edges AS e
              ) AS o
        CROSS JOIN LATERAL pg_identify_object_as_address(o.catalog, o.oid, o.part) AS i
        CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, o.part) AS w
         LEFT JOIN pg_catalog.pg_class AS c
           ON o.catalog = 'pg_catalog.pg_class'::regclass AND c.oid = o.oid
         LEFT JOIN pg_catalog.pg_index AS y ON y.indexrelid = c.oid
         LEFT JOIN pg_catalog.pg_class AS x ON x.oid = y.indrelid
         LEFT JOIN pg_catalog.pg_type AS t
           ON o.catalog = 'pg_catalog.pg_type'::regclass AND t.oid = o.oid
        WHERE i.type IS NOT NULL
     )
SELECT json_build_object(
         'addresses', (
           SELECT coalesce(json_agg(n.address ORDER BY n.place), '[]') FROM named AS n
         ),
         'edges', (
           SELECT coalesce(json_agg(json_build_array(one.place, needed.place)), '[]')
             FROM edges AS e
             JOIN named AS one
               ON one.oid = e.oid AND one.catalog = e.catalog AND one.part = e.part
             JOIN named AS needed
               ON needed.oid = e.needed_oid
              AND needed.catalog = e.needed_catalog
              AND needed.part = e.needed_part
            WHERE one.place <> needed.place
         )
       )::text
