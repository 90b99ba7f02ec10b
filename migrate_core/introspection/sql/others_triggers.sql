-- One JSON array of Other: triggers and rules of relations that are not modelled.
WITH found AS MATERIALIZED (
       SELECT 'trigger' AS kind,
              g.tgname AS name,
              g.tgrelid AS relation,
              'pg_catalog.pg_trigger'::regclass AS catalog,
              g.oid,
              g.tgenabled AS enabled
         FROM pg_catalog.pg_trigger AS g
        WHERE NOT g.tgisinternal
          -- A partition's clone counts only where it was switched on or off by itself.
          AND (g.tgparentid = 0 OR g.tgenabled <> (
                SELECT o.tgenabled FROM pg_catalog.pg_trigger AS o WHERE o.oid = g.tgparentid
              ))
        UNION ALL
       SELECT 'rule', u.rulename, u.ev_class, 'pg_catalog.pg_rewrite'::regclass, u.oid, u.ev_enabled
         FROM pg_catalog.pg_rewrite AS u
        WHERE u.rulename <> '_RETURN'
     )
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', f.kind,
             'name', quote_ident(f.name) || ' on ' || f.relation::regclass::text,
             'definition', CASE f.kind
               WHEN 'rule' THEN pg_get_ruledef(f.oid)
               ELSE pg_get_triggerdef(f.oid)
             END || CASE f.enabled
               WHEN 'O' THEN ''
               WHEN 'D' THEN ' DISABLED'
               WHEN 'A' THEN ' ENABLED ALWAYS'
               ELSE ' ENABLED REPLICA'
             END
           )
           ORDER BY f.kind, f.name, f.relation::regclass::text
         ),
         '[]'
       )::text
  FROM found AS f
  JOIN pg_catalog.pg_class AS c ON c.oid = f.relation
 WHERE c.relnamespace = ANY (%(schemas)s::oid[])
   AND c.oid NOT IN (SELECT u.oid FROM unnest(%(relations)s::oid[]) AS u (oid))
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT f.name::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
        AND (
          e.classid = f.catalog AND e.objid = f.oid
          OR e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid
        )
   )
