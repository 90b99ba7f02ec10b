-- One JSON array of Definition: what belongs to the database and not to a schema.
-- Values of options that may be secrets are digests: such a statement is compared, never run.
WITH options AS (
       SELECT o.catalog, o.oid, q.option_name AS name,
              CASE
                WHEN q.option_name ~* 'passw|secret|token|credential|sslkey|private'
                  THEN 'sha256 ' || quote_literal(
                    encode(sha256(convert_to(q.option_name || '=' || q.option_value, 'UTF8')), 'hex')
                  )
                ELSE quote_literal(q.option_value)
              END AS value
         FROM (
              SELECT 'pg_catalog.pg_foreign_data_wrapper'::regclass AS catalog, w.oid,
                     w.fdwoptions AS options
                FROM pg_catalog.pg_foreign_data_wrapper AS w
               UNION ALL
              SELECT 'pg_catalog.pg_foreign_server'::regclass, s.oid, s.srvoptions
                FROM pg_catalog.pg_foreign_server AS s
               UNION ALL
              SELECT 'pg_catalog.pg_user_mapping'::regclass, u.umid, u.umoptions
                FROM pg_catalog.pg_user_mappings AS u
              ) AS o
        CROSS JOIN LATERAL pg_options_to_table(o.options) AS q
     ),
     objects AS (
       SELECT 'foreign-data wrapper' AS kind, 'pg_catalog.pg_foreign_data_wrapper'::regclass AS catalog,
              w.oid, w.fdwname::text AS label, NULL AS name,
              concat_ws(
                ' ', 'CREATE FOREIGN DATA WRAPPER', quote_ident(w.fdwname),
                'HANDLER ' || nullif(w.fdwhandler, 0)::regproc::text,
                'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc::text
              ) AS statement,
              '{}'::text[] AS more,
              'ALTER FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname) AS alter
         FROM pg_catalog.pg_foreign_data_wrapper AS w
        UNION ALL
       SELECT 'server', 'pg_catalog.pg_foreign_server'::regclass, s.oid, s.srvname, NULL,
              concat_ws(
                ' ', 'CREATE SERVER', quote_ident(s.srvname), 'TYPE ' || quote_literal(s.srvtype),
                'FOREIGN DATA WRAPPER', quote_ident(w.fdwname)
              ),
              array_remove(
                ARRAY['ALTER SERVER ' || quote_ident(s.srvname) || ' VERSION '
                      || quote_literal(s.srvversion)], NULL
              ),
              'ALTER SERVER ' || quote_ident(s.srvname)
         FROM pg_catalog.pg_foreign_server AS s
         JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
        UNION ALL
       SELECT 'user mapping', 'pg_catalog.pg_user_mapping'::regclass, u.umid,
              u.srvname, m.role || ' on server ' || quote_ident(u.srvname),
              'CREATE USER MAPPING FOR ' || m.role || ' SERVER ' || quote_ident(u.srvname), '{}',
              'ALTER USER MAPPING FOR ' || m.role || ' SERVER ' || quote_ident(u.srvname)
         FROM pg_catalog.pg_user_mappings AS u
        CROSS JOIN LATERAL (
              SELECT CASE u.umuser WHEN 0 THEN 'public' ELSE quote_ident(u.usename) END AS role
              ) AS m
        UNION ALL
       SELECT 'cast', 'pg_catalog.pg_cast'::regclass, c.oid, '', NULL,
              concat_ws(
                ' ', 'CREATE CAST (' || format_type(c.castsource, NULL) || ' AS '
                  || format_type(c.casttarget, NULL) || ')',
                CASE c.castmethod
                  WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure::text
                  WHEN 'i' THEN 'WITH INOUT'
                  ELSE 'WITHOUT FUNCTION'
                END,
                CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END
              ),
              '{}', ''
         FROM pg_catalog.pg_cast AS c
        UNION ALL
       SELECT 'language', 'pg_catalog.pg_language'::regclass, l.oid, l.lanname, NULL,
              concat_ws(
                ' ', 'CREATE', CASE WHEN l.lanpltrusted THEN 'TRUSTED' END, 'LANGUAGE',
                quote_ident(l.lanname),
                'HANDLER ' || nullif(l.lanplcallfoid, 0)::regproc::text,
                'INLINE ' || nullif(l.laninline, 0)::regproc::text,
                'VALIDATOR ' || nullif(l.lanvalidator, 0)::regproc::text
              ),
              '{}', ''
         FROM pg_catalog.pg_language AS l
        UNION ALL
       SELECT 'transform', 'pg_catalog.pg_transform'::regclass, t.oid, '', NULL,
              'CREATE TRANSFORM FOR ' || format_type(t.trftype, NULL) || ' LANGUAGE '
                || quote_ident(l.lanname) || ' (' || concat_ws(
                ', ',
                'FROM SQL WITH FUNCTION ' || nullif(t.trffromsql, 0)::regprocedure::text,
                'TO SQL WITH FUNCTION ' || nullif(t.trftosql, 0)::regprocedure::text
              ) || ')',
              '{}', ''
         FROM pg_catalog.pg_transform AS t
         JOIN pg_catalog.pg_language AS l ON l.oid = t.trflang
        UNION ALL
       SELECT 'access method', 'pg_catalog.pg_am'::regclass, a.oid, a.amname, NULL,
              'CREATE ACCESS METHOD ' || quote_ident(a.amname) || ' TYPE '
                || CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END
                || ' HANDLER ' || a.amhandler::regproc::text,
              '{}', ''
         FROM pg_catalog.pg_am AS a
     )
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', o.kind,
             -- Before 17 a transform is "for type on language", which no statement takes.
             'name', coalesce(
               o.name,
               CASE o.kind WHEN 'transform' THEN replace(i.identity, ' on language ', ' language ')
                 ELSE i.identity END
             ),
             'create', o.statement,
             'then', o.more || ARRAY(
               SELECT o.alter || ' OPTIONS (ADD ' || quote_ident(p.name) || ' ' || p.value || ')'
                 FROM options AS p
                WHERE p.catalog = o.catalog AND p.oid = o.oid
                ORDER BY p.name
             ),
             'comment', d.description
           )
         ),
         '[]'
       )::text
  FROM objects AS o
 CROSS JOIN LATERAL pg_identify_object(o.catalog, o.oid, 0) AS i
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = o.catalog AND d.objoid = o.oid AND d.objsubid = 0
 WHERE o.oid >= 16384
   AND NOT o.label ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = o.catalog AND e.objid = o.oid AND e.deptype IN ('e', 'i')
   )
