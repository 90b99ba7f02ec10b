-- Objects in the scratch schema that depend on something outside it which is neither PostgreSQL's
-- own nor an extension's: names that the mapping did not reach.
WITH mine AS (
  SELECT 'pg_catalog.pg_class'::regclass AS classid, c.oid AS objid
    FROM pg_catalog.pg_class AS c WHERE c.relnamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, p.oid
    FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid
    FROM pg_catalog.pg_type AS t WHERE t.typnamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_constraint'::regclass, k.oid
    FROM pg_catalog.pg_constraint AS k WHERE k.connamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_rewrite'::regclass, w.oid
    FROM pg_catalog.pg_rewrite AS w JOIN pg_catalog.pg_class AS c ON c.oid = w.ev_class
   WHERE c.relnamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_attrdef'::regclass, a.oid
    FROM pg_catalog.pg_attrdef AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.adrelid
   WHERE c.relnamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_trigger'::regclass, g.oid
    FROM pg_catalog.pg_trigger AS g JOIN pg_catalog.pg_class AS c ON c.oid = g.tgrelid
   WHERE c.relnamespace = %(schema)s::regnamespace
   UNION ALL
  SELECT 'pg_catalog.pg_policy'::regclass, y.oid
    FROM pg_catalog.pg_policy AS y JOIN pg_catalog.pg_class AS c ON c.oid = y.polrelid
   WHERE c.relnamespace = %(schema)s::regnamespace
), theirs AS (
  SELECT 'pg_catalog.pg_class'::regclass AS classid, c.oid AS objid, c.relnamespace AS space
    FROM pg_catalog.pg_class AS c
   UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, p.oid, p.pronamespace FROM pg_catalog.pg_proc AS p
   UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid, t.typnamespace FROM pg_catalog.pg_type AS t
)
SELECT DISTINCT format(
         '%%s depends on %%s',
         pg_catalog.pg_describe_object(d.classid, d.objid, 0),
         pg_catalog.pg_describe_object(d.refclassid, d.refobjid, 0)
       ) AS says
  FROM pg_catalog.pg_depend AS d
  JOIN mine ON mine.classid = d.classid AND mine.objid = d.objid
  JOIN theirs ON theirs.classid = d.refclassid AND theirs.objid = d.refobjid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = theirs.space
 WHERE n.oid <> %(schema)s::regnamespace
   AND NOT n.nspname::text ^@ 'pg_'
   AND n.nspname <> 'information_schema'
   AND NOT EXISTS (
       SELECT
         FROM pg_catalog.pg_depend AS x
        WHERE x.classid = d.refclassid AND x.objid = d.refobjid AND x.deptype = 'e'
   )
 ORDER BY says
