-- One JSON array of [oid, Table without its parts]: ordinary tables that are no partitions.
SELECT coalesce(
         json_agg(
           json_build_array(
             c.oid::bigint,
             json_build_object(
               'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
               'row_security', c.relrowsecurity,
               'force_row_security', c.relforcerowsecurity,
               'comment', d.description
             )
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relkind = 'r'
   AND NOT c.relispartition
   AND c.relnamespace = ANY (%(schemas)s::oid[])
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
