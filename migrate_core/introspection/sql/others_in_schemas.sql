-- One JSON array of Other: the rarer objects that live in a schema, as their catalog rows
-- without numbers of this one database.
WITH objects AS (
       SELECT 'pg_catalog.pg_collation'::regclass AS catalog, c.oid, c.collnamespace AS schema,
              c.collname AS name,
              (to_jsonb(c)
                - '{oid,collname,collnamespace,collowner,collversion}'::text[])::text AS definition
         FROM pg_catalog.pg_collation AS c
     )
SELECT coalesce(
         json_agg(
           json_build_object('kind', i.type, 'name', i.identity, 'definition', o.definition)
           ORDER BY i.type, i.identity
         ),
         '[]'
       )::text
  FROM objects AS o
 CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) AS i
 WHERE o.schema = ANY (%(schemas)s::oid[])
   AND NOT o.name::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
   )
