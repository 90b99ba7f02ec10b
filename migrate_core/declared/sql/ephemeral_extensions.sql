-- One row an extension of this database: its name, schema, and the names that it put there.
SELECT x.extname::text AS name,
       n.nspname::text AS schema,
       ARRAY(
         SELECT DISTINCT i.name
           FROM (
                 SELECT coalesce(c.relname, p.proname, t.typname, o.oprname, oc.opcname, of.opfname)::text AS name
                   FROM pg_catalog.pg_depend AS d
                   LEFT JOIN pg_catalog.pg_class AS c ON d.classid = 'pg_catalog.pg_class'::regclass AND c.oid = d.objid
                   LEFT JOIN pg_catalog.pg_proc AS p ON d.classid = 'pg_catalog.pg_proc'::regclass AND p.oid = d.objid
                   LEFT JOIN pg_catalog.pg_type AS t ON d.classid = 'pg_catalog.pg_type'::regclass AND t.oid = d.objid
                   LEFT JOIN pg_catalog.pg_operator AS o ON d.classid = 'pg_catalog.pg_operator'::regclass AND o.oid = d.objid
                   LEFT JOIN pg_catalog.pg_opclass AS oc ON d.classid = 'pg_catalog.pg_opclass'::regclass AND oc.oid = d.objid
                   LEFT JOIN pg_catalog.pg_opfamily AS of ON d.classid = 'pg_catalog.pg_opfamily'::regclass AND of.oid = d.objid
                  WHERE d.refclassid = 'pg_catalog.pg_extension'::regclass
                    AND d.refobjid = x.oid AND d.deptype = 'e'
                ) AS i
          WHERE i.name IS NOT NULL
       ) AS names
  FROM pg_catalog.pg_extension AS x
  JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace
 ORDER BY name
