-- One JSON array of Definition: collations. Their versions come from the server's libraries and
-- are no difference. The columns of pg_collation differ by major: 14 keeps an ICU locale in
-- collcollate, 15 and 16 in colliculocale, 17 every provider's in colllocale.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', 'collation',
             'name', y.name,
             'schema', y.schema,
             'create', 'CREATE COLLATION ' || y.name || ' (' || y.options || ')',
             'comment', y.comment
           )
           ORDER BY y.name
         ),
         '[]'
       )::text
  FROM (
       SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname) AS name,
              n.nspname AS schema,
              d.description AS comment,
              concat_ws(
                ', ',
                'provider = ' || CASE c.collprovider
                  WHEN 'i' THEN 'icu'
                  WHEN 'b' THEN 'builtin'
                  ELSE 'libc'
                END,
                CASE
                  WHEN coalesce(v.locale, CASE WHEN v.collate = v.ctype THEN v.collate END) IS NULL
                    THEN 'lc_collate = ' || quote_literal(v.collate)
                      || ', lc_ctype = ' || quote_literal(v.ctype)
                  ELSE 'locale = ' || quote_literal(coalesce(v.locale, v.collate))
                END,
                CASE WHEN NOT c.collisdeterministic THEN 'deterministic = false' END,
                'rules = ' || quote_literal(v.rules)
              ) AS options
         FROM pg_catalog.pg_collation AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.collnamespace
        CROSS JOIN LATERAL (SELECT to_jsonb(c) AS row) AS j
        CROSS JOIN LATERAL (
              SELECT coalesce(j.row ->> 'colllocale', j.row ->> 'colliculocale') AS locale,
                     j.row ->> 'collcollate' AS collate,
                     j.row ->> 'collctype' AS ctype,
                     j.row ->> 'collicurules' AS rules
              ) AS v
         LEFT JOIN pg_catalog.pg_description AS d
           ON d.classoid = 'pg_catalog.pg_collation'::regclass
          AND d.objoid = c.oid
          AND d.objsubid = 0
        WHERE c.collnamespace = ANY (%(schemas)s::oid[])
          AND NOT c.collname::text ^@ '_zanith_'
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.classid = 'pg_catalog.pg_collation'::regclass
               AND e.objid = c.oid
               AND e.deptype = 'e'
               AND e.refclassid = 'pg_catalog.pg_extension'::regclass
          )
       ) AS y
