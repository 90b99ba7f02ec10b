-- One JSON array of Other: views and composite types.
-- Tables are written with their parts, one a line: columns in attnum order, then by name.
-- Values of foreign options may be secrets: all but the well-known harmless ones are digests.
SELECT coalesce(
         json_agg(
           json_build_object(
             'kind', r.kind,
             'name', r.name,
             'definition', concat_ws(
               E'\n',
               r.definition,
               'WITH (' || array_to_string(r.reloptions, ', ') || ')',
               CASE WHEN r.relpersistence = 'u' THEN 'UNLOGGED' END,
               CASE WHEN r.relrowsecurity THEN 'ROW LEVEL SECURITY' END,
               CASE WHEN r.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END,
               p.parents,
               'PARTITION BY ' || r.partition_key,
               f.foreign_options,
               a.columns,
               k.constraints,
               x.indexes,
               y.policies
             )
           )
           ORDER BY r.kind, r.name
         ),
         '[]'
       )::text
  FROM (
       SELECT c.*,
              CASE
                WHEN c.relkind = 'v' THEN 'view'
                WHEN c.relkind = 'm' THEN 'materialized view'
                ELSE 'composite type'
              END AS kind,
              quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name,
              CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
              CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key
         FROM pg_catalog.pg_class AS c
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'm', 'c')
          AND c.relnamespace = ANY (%(schemas)s::oid[])
          AND NOT c.relname::text ^@ '_zanith_'
          AND NOT EXISTS (
            SELECT
              FROM pg_catalog.pg_depend AS e
             WHERE e.deptype = 'e' AND e.refclassid = 'pg_catalog.pg_extension'::regclass
               AND (
                 e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid
                 OR e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = c.reltype
               )
          )
       ) AS r
 CROSS JOIN LATERAL (
       SELECT string_agg(
                CASE WHEN r.relispartition THEN 'PARTITION OF ' ELSE 'INHERITS ' END
                  || i.inhparent::regclass::text
                  || coalesce(' ' || pg_get_expr(r.relpartbound, r.oid), '')
                  || CASE WHEN i.inhdetachpending THEN ' DETACH PENDING' ELSE '' END,
                E'\n' ORDER BY i.inhseqno
              ) AS parents
         FROM pg_catalog.pg_inherits AS i
        WHERE i.inhrelid = r.oid
       ) AS p
 CROSS JOIN LATERAL (
       SELECT 'SERVER ' || quote_ident(s.srvname) || coalesce(' OPTIONS (' || o.options || ')', '')
                AS foreign_options
         FROM pg_catalog.pg_foreign_table AS t
         JOIN pg_catalog.pg_foreign_server AS s ON s.oid = t.ftserver
        CROSS JOIN LATERAL (
              SELECT string_agg(
                       q.option_name || ' ' || CASE
                         WHEN q.option_name IN ('schema_name', 'table_name', 'updatable')
                           THEN q.option_value
                         ELSE 'sha256 ' || encode(
                           sha256(convert_to(q.option_name || '=' || q.option_value, 'UTF8')), 'hex'
                         )
                       END,
                       ', ' ORDER BY q.option_name
                     ) AS options
                FROM pg_options_to_table(t.ftoptions) AS q
              ) AS o
        WHERE t.ftrelid = r.oid
        UNION ALL
       SELECT NULL WHERE r.relkind <> 'f'
       ) AS f
 CROSS JOIN LATERAL (
       SELECT string_agg(
                quote_ident(c.attname) || concat_ws(
                  ' ',
                  CASE WHEN r.relkind NOT IN ('v', 'm')
                    THEN ' ' || format_type(c.atttypid, c.atttypmod) END,
                  'COLLATE ' || nullif(c.attcollation, t.typcollation)::regcollation::text,
                  CASE WHEN c.attnotnull THEN 'NOT NULL' END,
                  CASE WHEN c.attidentity <> '' THEN 'IDENTITY ' || c.attidentity::text END,
                  CASE WHEN c.attgenerated <> '' THEN 'GENERATED ' || c.attgenerated::text END,
                  'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
                  CASE WHEN c.attstorage <> t.typstorage THEN 'STORAGE ' || c.attstorage::text END,
                  CASE WHEN c.attcompression <> '' THEN 'COMPRESSION ' || c.attcompression::text END,
                  'STATISTICS ' || nullif(c.attstattarget, -1),
                  'WITH (' || array_to_string(c.attoptions, ', ') || ')',
                  'OPTIONS sha256 ' || encode(
                    sha256(convert_to(array_to_string(c.attfdwoptions, ', '), 'UTF8')), 'hex'
                  )
                ),
                E'\n' ORDER BY c.attnum
              ) AS columns
         FROM pg_catalog.pg_attribute AS c
         JOIN pg_catalog.pg_type AS t ON t.oid = c.atttypid
         LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = c.attrelid AND d.adnum = c.attnum
        WHERE c.attrelid = r.oid
          AND c.attnum > 0
          AND NOT c.attisdropped
          AND NOT c.attname::text ^@ '_zanith_'
          AND (
            r.relkind NOT IN ('v', 'm')
            OR d.adrelid IS NOT NULL
            OR nullif(c.attstattarget, -1) IS NOT NULL
            OR c.attoptions IS NOT NULL
            OR r.relkind = 'm' AND (c.attstorage <> t.typstorage OR c.attcompression <> '')
          )
       ) AS a
 CROSS JOIN LATERAL (
       SELECT string_agg(
                'CONSTRAINT ' || quote_ident(c.conname) || ' ' || pg_get_constraintdef(c.oid),
                E'\n' ORDER BY c.conname
              ) AS constraints
         FROM pg_catalog.pg_constraint AS c
        WHERE c.conrelid = r.oid
          AND c.contype <> 't'
          AND NOT c.conname::text ^@ '_zanith_'
          AND (c.conparentid = 0 OR r.relispartition)
          -- The columns say NOT NULL already; 18 has a constraint for each.
          AND (c.contype <> 'n' OR NOT c.convalidated OR c.connoinherit)
       ) AS k
 CROSS JOIN LATERAL (
       SELECT string_agg(
                pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END,
                E'\n' ORDER BY c.relname
              ) AS indexes
         FROM pg_catalog.pg_index AS i
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = r.oid
          AND NOT c.relname::text ^@ '_zanith_'
       ) AS x
 CROSS JOIN LATERAL (
       SELECT string_agg(
                concat_ws(
                  ' ',
                  'POLICY', quote_ident(c.polname), c.polcmd::text,
                  CASE WHEN c.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                  'TO', (
                    SELECT string_agg(
                             CASE u.role WHEN 0 THEN 'public' ELSE pg_get_userbyid(u.role)::text END,
                             ',' ORDER BY u.role <> 0, pg_get_userbyid(u.role)
                           )
                      FROM unnest(c.polroles) AS u (role)
                  ),
                  'USING ' || pg_get_expr(c.polqual, c.polrelid),
                  'CHECK ' || pg_get_expr(c.polwithcheck, c.polrelid)
                ),
                E'\n' ORDER BY c.polname
              ) AS policies
         FROM pg_catalog.pg_policy AS c
        WHERE c.polrelid = r.oid
          AND NOT c.polname::text ^@ '_zanith_'
       ) AS y
