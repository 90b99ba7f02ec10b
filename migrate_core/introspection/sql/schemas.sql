-- One JSON array of [oid, Schema]: every schema a person may have made, or those asked for.
SELECT coalesce(
         json_agg(
           json_build_array(
             n.oid::bigint,
             json_build_object(
               'name', n.nspname,
               'comment', d.description
             )
           )
           ORDER BY n.nspname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_namespace AS n
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0
 WHERE NOT n.nspname::text ^@ 'pg_'
   AND n.nspname <> 'information_schema'
   AND NOT n.nspname::text ^@ '_zanith_'
   AND (%(schemas)s::text[] IS NULL OR n.nspname = ANY (%(schemas)s::text[]))
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = 'pg_catalog.pg_namespace'::regclass
        AND e.objid = n.oid
        AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
   )
