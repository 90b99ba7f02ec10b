-- One JSON array of Other: functions, procedures, window functions and aggregates.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', CASE p.prokind
               WHEN 'a' THEN 'aggregate'
               WHEN 'p' THEN 'procedure'
               ELSE 'function'
             END,
             'name', p.oid::regprocedure::text,
             'definition', CASE p.prokind
               WHEN 'a' THEN pg_get_function_result(p.oid) || ' ' || (
                 to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype,aggsortop}'::text[]
                 || jsonb_build_object(
                   'arguments', pg_get_function_arguments(p.oid),
                   'aggtranstype', format_type(a.aggtranstype, NULL),
                   'aggmtranstype', format_type(nullif(a.aggmtranstype, 0), NULL),
                   'aggsortop', a.aggsortop::regoperator::text,
                   'parallel', p.proparallel,
                   'strict', p.proisstrict
                 )
               )::text
               ELSE pg_get_functiondef(p.oid)
             END
           )
           ORDER BY p.oid::regprocedure::text
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_proc AS p
  LEFT JOIN pg_catalog.pg_aggregate AS a ON a.aggfnoid = p.oid
 WHERE p.pronamespace = ANY (%(schemas)s::oid[])
   AND NOT p.proname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS e
      WHERE e.classid = 'pg_catalog.pg_proc'::regclass
        AND e.objid = p.oid
        -- 'i': the constructors that a range type brought along.
        AND e.deptype IN ('e', 'i')
   )
