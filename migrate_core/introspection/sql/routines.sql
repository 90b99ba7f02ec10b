-- One JSON array of Routine. Left out: what belongs to an extension, and the constructors
-- that a range type brought along. An aggregate is written as pg_dump writes it.
SELECT coalesce(json_agg(r.value ORDER BY r.name COLLATE "C"), '[]')::text
  FROM (
       SELECT p.oid::regprocedure::text AS name,
              json_build_object(
                'name', p.oid::regprocedure::text,
                'schema', n.nspname,
                'kind', CASE p.prokind
                  WHEN 'a' THEN 'aggregate'
                  WHEN 'p' THEN 'procedure'
                  WHEN 'w' THEN 'window'
                  ELSE 'function'
                END,
                'definition', coalesce(a.definition, rtrim(pg_get_functiondef(p.oid), E'\n')),
                'result', coalesce(pg_get_function_result(p.oid), ''),
                'arguments', u.arguments,
                'language', l.lanname,
                'parsed', p.prosqlbody IS NOT NULL,
                'comment', d.description
              ) AS value
         FROM pg_catalog.pg_proc AS p
         JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
         JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_proc'::regclass AND d.objoid = p.oid
        CROSS JOIN LATERAL (
              SELECT coalesce(
                       json_agg(
                         json_build_object(
                           'name', i.name,
                           'type', format_type(i.type, NULL),
                           'mode', i.mode,
                           'optional', i.given
                             AND i.inputs > p.pronargs - p.pronargdefaults
                         )
                         ORDER BY i.place
                       ),
                       '[]'
                     ) AS arguments
                FROM (
                     SELECT m.*,
                            m.mode IN ('in', 'inout', 'variadic') AS given,
                            count(*) FILTER (WHERE m.mode IN ('in', 'inout', 'variadic'))
                              OVER (ORDER BY m.place) AS inputs
                       FROM (
                            SELECT y.type, y.place,
                                   coalesce(p.proargnames[y.place], '') AS name,
                                   CASE p.proargmodes[y.place]
                                     WHEN 'o' THEN 'out'
                                     WHEN 'b' THEN 'inout'
                                     WHEN 'v' THEN 'variadic'
                                     WHEN 't' THEN 'table'
                                     ELSE 'in'
                                   END AS mode
                              FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]))
                                     WITH ORDINALITY AS y (type, place)
                            ) AS m
                     ) AS i
              ) AS u
         LEFT JOIN LATERAL (
              SELECT 'CREATE OR REPLACE AGGREGATE ' || quote_ident(n.nspname) || '.'
                     || quote_ident(p.proname) || '('
                     || CASE p.pronargs WHEN 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END
                     || E') (\n    ' || concat_ws(
                       E',\n    ',
                       'SFUNC = ' || g.aggtransfn::regproc,
                       'STYPE = ' || format_type(g.aggtranstype, NULL),
                       'SSPACE = ' || nullif(g.aggtransspace, 0),
                       'FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc,
                       CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                       'FINALFUNC_MODIFY = ' || CASE
                         WHEN g.aggfinalfn = 0 THEN NULL
                         WHEN g.aggfinalmodify = CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
                           THEN NULL
                         ELSE w.words[strpos('rsw', g.aggfinalmodify::text)]
                       END,
                       'COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc,
                       'SERIALFUNC = ' || nullif(g.aggserialfn, 0)::regproc,
                       'DESERIALFUNC = ' || nullif(g.aggdeserialfn, 0)::regproc,
                       'INITCOND = ' || quote_literal(g.agginitval),
                       'MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc,
                       'MINVFUNC = ' || nullif(g.aggminvtransfn, 0)::regproc,
                       'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL),
                       'MSSPACE = ' || nullif(g.aggmtransspace, 0),
                       'MFINALFUNC = ' || nullif(g.aggmfinalfn, 0)::regproc,
                       CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                       'MFINALFUNC_MODIFY = ' || CASE
                         WHEN g.aggmfinalfn = 0 THEN NULL
                         WHEN g.aggmfinalmodify = CASE g.aggkind WHEN 'n' THEN 'r' ELSE 'w' END
                           THEN NULL
                         ELSE w.words[strpos('rsw', g.aggmfinalmodify::text)]
                       END,
                       'MINITCOND = ' || quote_literal(g.aggminitval),
                       'SORTOP = OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')',
                       'PARALLEL = ' || CASE p.proparallel
                         WHEN 's' THEN 'SAFE'
                         WHEN 'r' THEN 'RESTRICTED'
                       END,
                       CASE g.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END
                     ) || E'\n)' AS definition
                FROM pg_catalog.pg_aggregate AS g
                LEFT JOIN pg_catalog.pg_operator AS o ON o.oid = g.aggsortop
                LEFT JOIN pg_catalog.pg_namespace AS s ON s.oid = o.oprnamespace
               CROSS JOIN (VALUES (ARRAY['READ_ONLY', 'SHAREABLE', 'READ_WRITE'])) AS w (words)
               WHERE g.aggfnoid = p.oid
              ) AS a
           ON true
        WHERE p.pronamespace = ANY (%(schemas)s::oid[])
          AND NOT p.proname::text ^@ '_zanith_'
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_proc'::regclass
               AND e.objid = p.oid
               AND e.deptype IN ('e', 'i')
          )
       ) AS r
