-- How many objects outside an extension need one that it owns, by pg_depend.
SELECT count(DISTINCT (u.classid, u.objid))
  FROM pg_catalog.pg_extension AS e
  JOIN pg_catalog.pg_depend AS m
    ON m.refclassid = 'pg_catalog.pg_extension'::regclass
   AND m.refobjid = e.oid
   AND m.deptype = 'e'
  JOIN pg_catalog.pg_depend AS u
    ON u.refclassid = m.classid AND u.refobjid = m.objid AND u.deptype = 'n'
 WHERE e.extname = {name}
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS o
      WHERE o.classid = u.classid
        AND o.objid = u.objid
        AND o.refclassid = 'pg_catalog.pg_extension'::regclass
        AND o.refobjid = e.oid
        AND o.deptype = 'e'
   )
