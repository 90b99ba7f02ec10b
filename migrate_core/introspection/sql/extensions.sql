-- One JSON array of Extension: those in the schemas; what initdb installs (plpgsql) is left out.
-- %(everywhere)s: no schemas were asked for, so an extension in pg_catalog counts too.
SELECT coalesce(
         json_agg(
           json_build_object('name', x.extname, 'schema', n.nspname)
           ORDER BY x.extname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_extension AS x
  JOIN pg_catalog.pg_namespace AS n ON n.oid = x.extnamespace
 WHERE x.oid >= 16384
   AND (%(everywhere)s OR x.extnamespace = ANY (%(schemas)s::oid[]))
