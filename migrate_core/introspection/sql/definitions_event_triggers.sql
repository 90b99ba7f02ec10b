-- One JSON array of Definition: event triggers, which belong to the database.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', 'event trigger',
             'name', t.name,
             'create', 'CREATE EVENT TRIGGER ' || t.name || ' ON ' || t.evtevent
               || coalesce(' WHEN TAG IN (' || g.tags || ')', '')
               || ' EXECUTE FUNCTION ' || t.evtfoid::regproc || '()',
             'then', CASE t.evtenabled
               WHEN 'O' THEN '[]'::json
               ELSE json_build_array(
                 'ALTER EVENT TRIGGER ' || t.name || CASE t.evtenabled
                   WHEN 'D' THEN ' DISABLE'
                   WHEN 'R' THEN ' ENABLE REPLICA'
                   ELSE ' ENABLE ALWAYS'
                 END
               )
             END,
             'comment', d.description
           )
           ORDER BY t.name COLLATE "C"
         ),
         '[]'
       )::text
  FROM (SELECT e.*, quote_ident(e.evtname) AS name FROM pg_catalog.pg_event_trigger AS e) AS t
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_event_trigger'::regclass AND d.objoid = t.oid
 CROSS JOIN LATERAL (
       SELECT string_agg(quote_literal(u.tag), ', ' ORDER BY u.place) AS tags
         FROM unnest(t.evttags) WITH ORDINALITY AS u (tag, place)
       ) AS g
 WHERE NOT t.evtname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.objid = t.oid
        AND e.deptype = 'e'
   )
