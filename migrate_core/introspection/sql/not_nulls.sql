-- One JSON array of [table's oid, column, NotNull], from 18 on: of those NOT NULL that are not as
-- PostgreSQL makes them unasked. A name that it had to cut is never told: both sides cut alike.
SELECT coalesce(
         json_agg(
           json_build_array(
             c.conrelid::bigint,
             a.attname,
             json_build_object(
               'name', CASE WHEN c.conname::text <> u.usual THEN c.conname END,
               'inherited', NOT c.connoinherit,
               'validated', c.convalidated
             )
           )
           ORDER BY c.conrelid, a.attnum
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_constraint AS c
  JOIN pg_catalog.pg_class AS r ON r.oid = c.conrelid
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
 CROSS JOIN LATERAL (
       SELECT CASE
                WHEN octet_length(r.relname::text || a.attname::text) < 54
                  THEN r.relname::text || '_' || a.attname::text || '_not_null'
                ELSE c.conname::text
              END AS usual
       ) AS u
 WHERE c.contype = 'n'
   AND c.conrelid = ANY (%(tables)s::oid[])
   AND (c.connoinherit OR NOT c.convalidated OR c.conname::text <> u.usual)
   AND NOT c.conname::text ^@ '_zanith_'
   AND NOT a.attname::text ^@ '_zanith_'
