-- One JSON array of Other: base types, shells, and ranges with a canonical function.
SELECT coalesce(
         json_agg(
           json_build_object('kind', y.kind, 'name', y.name, 'definition', y.definition)
           ORDER BY y.kind, y.name
         ),
         '[]'
       )::text
  FROM (
       SELECT CASE t.typtype WHEN 'r' THEN 'range type' ELSE 'base type' END AS kind,
              quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS name,
              CASE t.typtype
                WHEN 'r' THEN concat_ws(
                  ' ',
                  'subtype', format_type(r.rngsubtype, NULL),
                  'operator class', (
                    SELECT quote_ident(o.opcname) FROM pg_catalog.pg_opclass AS o
                     WHERE o.oid = r.rngsubopc
                  ),
                  'collation ' || nullif(r.rngcollation, 0)::regcollation::text,
                  'canonical ' || nullif(r.rngcanonical, 0)::regprocedure::text,
                  'difference ' || nullif(r.rngsubdiff, 0)::regprocedure::text,
                  'multirange', format_type(r.rngmultitypid, NULL)
                )
                ELSE (
                  to_jsonb(t) - '{oid,typname,typnamespace,typowner,typarray,typelem,typacl}'::text[]
                )::text
              END AS definition
         FROM pg_catalog.pg_type AS t
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
         LEFT JOIN pg_catalog.pg_range AS r ON r.rngtypid = t.oid
        WHERE (t.typtype IN ('b', 'p') OR t.typtype = 'r' AND r.rngcanonical <> 0)
          AND t.typnamespace = ANY (%(schemas)s::oid[])
          AND NOT t.typname::text ^@ '_zanith_'
          -- Not the array types, which come with their elements.
          AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_type AS m WHERE m.oid = t.typelem AND m.typarray = t.oid
          )
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_type'::regclass
               AND e.objid = t.oid
               AND e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
       ) AS y
