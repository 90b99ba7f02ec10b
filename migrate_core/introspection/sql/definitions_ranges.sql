-- One JSON array of Definition: range types. One with a canonical function, which needs a shell
-- type and a function in C before it, is among the others.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', 'range type',
             'name', y.name,
             'schema', y.schema,
             'create', 'CREATE TYPE ' || y.name || ' AS RANGE (' || y.options || ')',
             'comment', y.comment
           )
           ORDER BY y.name
         ),
         '[]'
       )::text
  FROM (
       SELECT quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS name,
              n.nspname AS schema,
              d.description AS comment,
              concat_ws(
                ', ',
                'subtype = ' || format_type(r.rngsubtype, NULL),
                CASE WHEN NOT o.opcdefault
                  THEN 'subtype_opclass = ' || quote_ident(os.nspname) || '.' || quote_ident(o.opcname)
                END,
                CASE WHEN r.rngcollation <> b.typcollation
                  THEN 'collation = ' || quote_ident(ls.nspname) || '.' || quote_ident(l.collname)
                END,
                'subtype_diff = ' || quote_ident(fs.nspname) || '.' || quote_ident(f.proname),
                'multirange_type_name = ' || format_type(r.rngmultitypid, NULL)
              ) AS options
         FROM pg_catalog.pg_range AS r
         JOIN pg_catalog.pg_type AS t ON t.oid = r.rngtypid
         JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
         JOIN pg_catalog.pg_type AS b ON b.oid = r.rngsubtype
         JOIN pg_catalog.pg_opclass AS o ON o.oid = r.rngsubopc
         JOIN pg_catalog.pg_namespace AS os ON os.oid = o.opcnamespace
         LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = r.rngcollation
         LEFT JOIN pg_catalog.pg_namespace AS ls ON ls.oid = l.collnamespace
         LEFT JOIN pg_catalog.pg_proc AS f ON f.oid = r.rngsubdiff
         LEFT JOIN pg_catalog.pg_namespace AS fs ON fs.oid = f.pronamespace
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_type'::regclass AND d.objoid = t.oid AND d.objsubid = 0
        WHERE r.rngcanonical = 0
          AND t.typnamespace = ANY (%(schemas)s::oid[])
          AND NOT t.typname::text ^@ '_zanith_'
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_type'::regclass
               AND e.objid = t.oid
               AND e.deptype = 'e'
               AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
       ) AS y
