-- One JSON array of [table's oid, column, NotNull], from 18 on: of those NOT NULL that are not as
-- PostgreSQL makes them unasked. A name that it had to cut is never told: both sides cut alike.
WITH rules AS MATERIALIZED (
       SELECT c.conrelid, c.conkey[1] AS number, c.conname::text AS name, c.connoinherit,
              c.convalidated
         FROM pg_catalog.pg_constraint AS c
        WHERE c.contype = 'n'
          AND c.conrelid = ANY (%(tables)s::oid[])
          AND NOT c.conname::text ^@ '_zanith_'
     ),
     -- Read whole and hashed: looked up one by one, they cost more than all columns do.
     columns AS MATERIALIZED (
       SELECT a.attrelid, a.attnum, a.attname::text AS name
         FROM pg_catalog.pg_attribute AS a
        WHERE a.attnotnull AND a.attnum > 0
     ),
     relations AS MATERIALIZED (
       SELECT r.oid, r.relname::text AS name FROM pg_catalog.pg_class AS r WHERE r.relkind IN ('r', 'p')
     ),
     found AS (
       SELECT k.conrelid, k.number, a.name AS column_name, k.connoinherit, k.convalidated,
              CASE
                WHEN octet_length(r.name || a.name) < 54
                 AND k.name <> r.name || '_' || a.name || '_not_null'
                  THEN k.name
              END AS name
         FROM rules AS k
         JOIN columns AS a ON a.attrelid = k.conrelid AND a.attnum = k.number
         JOIN relations AS r ON r.oid = k.conrelid
        WHERE NOT a.name ^@ '_zanith_'
     )
SELECT coalesce(
         json_agg(
           json_build_array(
             f.conrelid::bigint,
             f.column_name,
             json_build_object(
               'name', f.name,
               'inherited', NOT f.connoinherit,
               'validated', f.convalidated
             )
           )
           ORDER BY f.conrelid, f.number
         ),
         '[]'
       )::text
  FROM found AS f
 WHERE f.name IS NOT NULL OR f.connoinherit OR NOT f.convalidated
