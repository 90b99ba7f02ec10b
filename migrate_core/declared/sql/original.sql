-- One JSON Original: what this database is besides its objects. Columns that only some majors
-- have are read through the row's JSON.
SELECT json_build_object(
         'encoding', pg_catalog.pg_encoding_to_char(d.encoding),
         'collate', d.datcollate,
         'ctype', d.datctype,
         'provider', CASE j.row ->> 'datlocprovider'
           WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc'
         END,
         'locale', coalesce(j.row ->> 'datlocale', j.row ->> 'daticulocale'),
         'icu_rules', j.row ->> 'daticurules',
         'settings', (
           SELECT coalesce(json_object_agg(s.name, s.setting), '{}')
             FROM pg_catalog.pg_settings AS s
            WHERE s.name = ANY (%(names)s)
         ),
         'chosen', (
           SELECT coalesce(json_agg(json_build_array(c.name, c.whom) ORDER BY c.name, c.whom), '[]')
             FROM (
                   SELECT DISTINCT split_part(entry, '=', 1) AS name,
                          CASE
                            WHEN r.setrole = 0 THEN 'the database'
                            WHEN r.setdatabase = 0 THEN 'role ' || current_user
                            ELSE 'role ' || current_user || ' in the database'
                          END AS whom
                     FROM pg_catalog.pg_db_role_setting AS r
                    CROSS JOIN unnest(r.setconfig) AS entry
                    WHERE r.setdatabase IN (0, d.oid)
                      AND r.setrole IN (0, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user))
                  ) AS c
         ),
         'extensions', (
           SELECT coalesce(json_object_agg(x.extname, x.extversion), '{}')
             FROM pg_catalog.pg_extension AS x
         ),
         'tablespaces', (
           SELECT coalesce(json_agg(DISTINCT t.spcname), '[]')
             FROM pg_catalog.pg_tablespace AS t
            WHERE t.spcname NOT IN ('pg_default', 'pg_global')
              AND (
                   t.oid = d.dattablespace
                OR EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.reltablespace = t.oid)
              )
         )
       )::text
  FROM pg_catalog.pg_database AS d
 CROSS JOIN LATERAL (SELECT to_jsonb(d) AS row) AS j
 WHERE d.datname = current_database()
