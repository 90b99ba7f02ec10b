-- One sentence a right by which this login could change anything outside its own scratch schemas,
-- or by which its own statements would make others' code run. None: it is as weak as it has to be.
WITH me AS (
  SELECT r.* FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user
), elsewhere AS (
  SELECT n.oid, n.nspname
    FROM pg_catalog.pg_namespace AS n
   WHERE NOT n.nspname::text ^@ 'pg_'
     AND n.nspname <> 'information_schema'
     AND NOT (n.nspname::text ^@ %(prefix)s AND n.nspowner = (SELECT oid FROM me))
)
SELECT 1 AS place, format('it is %%s', word) AS says
  FROM me
 CROSS JOIN LATERAL (
       VALUES (rolsuper, 'a superuser'), (rolcreaterole, 'CREATEROLE'),
              (rolreplication, 'REPLICATION'), (rolbypassrls, 'BYPASSRLS')
       ) AS had (has, word)
 WHERE has
 UNION ALL
SELECT 2, format('it is a member of %%s', m.roleid::regrole)
  FROM pg_catalog.pg_auth_members AS m
  JOIN me ON me.oid = m.member
 UNION ALL
SELECT 3, format('it may not create schemas in the database %%I', current_database())
 WHERE NOT pg_catalog.has_database_privilege(current_database(), 'CREATE')
 UNION ALL
SELECT 4, format('it owns %%s', pg_catalog.pg_describe_object(o.classid, o.objid, 0))
  FROM pg_catalog.pg_shdepend AS o
  JOIN me ON me.oid = o.refobjid
 CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) AS i
 WHERE o.refclassid = 'pg_catalog.pg_authid'::regclass
   AND o.deptype = 'o'
   AND o.dbid IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()))
   AND i.identity IS NOT NULL  -- a rehearsal beside this one has dropped it since
   AND NOT coalesce(i.schema, CASE i.type WHEN 'schema' THEN i.name END, '') ^@ %(prefix)s
   AND NOT coalesce(i.schema, '') ^@ 'pg_temp'
 UNION ALL
SELECT 5, format('it may create objects in schema %%I', e.nspname)
  FROM elsewhere AS e
 WHERE pg_catalog.has_schema_privilege(e.oid, 'CREATE')
 UNION ALL
SELECT 6, format('it may change %%s', c.oid::regclass)
  FROM pg_catalog.pg_class AS c
  JOIN elsewhere AS e ON e.oid = c.relnamespace
 WHERE c.relowner <> (SELECT oid FROM me)
   AND CASE c.relkind
         WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'USAGE, UPDATE')
         WHEN 'i' THEN false
         WHEN 'I' THEN false
         WHEN 'c' THEN false
         ELSE pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
           OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES')
       END
 UNION ALL
SELECT 7, format('it may call %%s, which runs with the rights of %%s', p.oid::regprocedure, p.proowner::regrole)
  FROM pg_catalog.pg_proc AS p
  JOIN elsewhere AS e ON e.oid = p.pronamespace
 WHERE p.prosecdef
   AND p.proowner <> (SELECT oid FROM me)
   AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
   AND pg_catalog.has_schema_privilege(e.oid, 'USAGE')
 UNION ALL
SELECT 8, format('the event trigger %%I would run for its statements', t.evtname)
  FROM pg_catalog.pg_event_trigger AS t
 WHERE t.evtenabled IN ('O', 'A')
 ORDER BY place, says
