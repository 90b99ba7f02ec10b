-- One JSON array of Other: what belongs to the database and not to a schema.
WITH objects AS (
       SELECT 'pg_catalog.pg_event_trigger'::regclass AS catalog, t.oid, t.evtname AS name,
              concat_ws(
                ' ', t.evtevent, t.evtfoid::regprocedure::text, array_to_string(t.evttags, ', '),
                t.evtenabled::text
              ) AS definition
         FROM pg_catalog.pg_event_trigger AS t
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
 WHERE o.oid >= 16384
   AND NOT o.name::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype IN ('e', 'i')
   )
