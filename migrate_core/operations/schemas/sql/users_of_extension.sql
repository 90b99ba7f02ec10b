-- How many relations' columns, functions, defaults, constraints, policies, rules, triggers and
-- types outside an extension need something that it owns, by pg_depend. The array of a type it
-- owns counts as its own; operator classes are left out: they come as dozens of entries.
SELECT count(DISTINCT (u.classid, u.objid, u.objsubid))
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS m
    ON m.refclassid = 'pg_catalog.pg_extension'::regclass
   AND m.refobjid = e.oid
   AND m.deptype = 'e'
  LEFT JOIN pg_catalog.pg_type AS t
    ON m.classid = 'pg_catalog.pg_type'::regclass AND t.oid = m.objid
  JOIN pg_catalog.pg_depend AS u
    ON u.refclassid = m.classid AND u.refobjid IN (m.objid, t.typarray) AND u.deptype = 'n'
 WHERE e.extname = {name}
   AND u.classid IN (
     'pg_catalog.pg_class'::regclass,
     'pg_catalog.pg_proc'::regclass,
     'pg_catalog.pg_attrdef'::regclass,
     'pg_catalog.pg_constraint'::regclass,
     'pg_catalog.pg_policy'::regclass,
     'pg_catalog.pg_rewrite'::regclass,
     'pg_catalog.pg_trigger'::regclass,
     'pg_catalog.pg_type'::regclass
   )
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS o
      WHERE o.classid = u.classid
        AND o.objid = u.objid
        AND o.refclassid = 'pg_catalog.pg_extension'::regclass
        AND o.refobjid = e.oid
        AND o.deptype = 'e'
   )
