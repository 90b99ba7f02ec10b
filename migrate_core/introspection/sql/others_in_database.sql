-- One JSON array of Other: what belongs to the database and not to a schema.
-- Values of foreign options may be secrets: all but the well-known harmless ones are digests.
WITH objects AS (
       SELECT 'pg_catalog.pg_cast'::regclass AS catalog, c.oid, '' AS name,
              concat_ws(
                ' ', nullif(c.castfunc, 0)::regprocedure::text, c.castcontext::text,
                c.castmethod::text
              ) AS definition
         FROM pg_catalog.pg_cast AS c
        UNION ALL
       SELECT 'pg_catalog.pg_language'::regclass, l.oid, l.lanname,
              concat_ws(
                ' ', nullif(l.lanplcallfoid, 0)::regprocedure::text,
                nullif(l.laninline, 0)::regprocedure::text,
                nullif(l.lanvalidator, 0)::regprocedure::text,
                CASE WHEN l.lanpltrusted THEN 'TRUSTED' END
              )
         FROM pg_catalog.pg_language AS l
        UNION ALL
       SELECT 'pg_catalog.pg_transform'::regclass, t.oid, '',
              concat_ws(
                ' ', nullif(t.trffromsql, 0)::regprocedure::text,
                nullif(t.trftosql, 0)::regprocedure::text
              )
         FROM pg_catalog.pg_transform AS t
        UNION ALL
       SELECT 'pg_catalog.pg_am'::regclass, a.oid, a.amname,
              concat_ws(' ', a.amhandler::regproc::text, a.amtype::text)
         FROM pg_catalog.pg_am AS a
        UNION ALL
       SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass, w.oid, w.fdwname,
              concat_ws(
                ' ', nullif(w.fdwhandler, 0)::regprocedure::text,
                nullif(w.fdwvalidator, 0)::regprocedure::text,
                'OPTIONS sha256 ' || encode(
                  sha256(convert_to(array_to_string(w.fdwoptions, ', '), 'UTF8')), 'hex'
                )
              )
         FROM pg_catalog.pg_foreign_data_wrapper AS w
        UNION ALL
       SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, s.srvname,
              concat_ws(
                ' ', 'FOREIGN DATA WRAPPER', quote_ident(w.fdwname), 'TYPE ' || s.srvtype,
                'VERSION ' || s.srvversion,
                (SELECT 'OPTIONS (' || string_agg(
                          q.option_name || ' ' || CASE
                            WHEN q.option_name IN ('host', 'hostaddr', 'port', 'dbname')
                              THEN q.option_value
                            ELSE 'sha256 ' || encode(
                              sha256(
                                convert_to(q.option_name || '=' || q.option_value, 'UTF8')
                              ), 'hex'
                            )
                          END,
                          ', ' ORDER BY q.option_name) || ')'
                   FROM pg_options_to_table(s.srvoptions) AS q)
              )
         FROM pg_catalog.pg_foreign_server AS s
         JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
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
