-- One row a relation that stores rows (tables, leaf partitions): oid, its quoted name, the quoted
-- name of the table it belongs to, that table's columns that can be written, and whether we may read.
SELECT c.oid::bigint,
       format('%I.%I', n.nspname, c.relname) AS name,
       format('%I.%I', rn.nspname, r.relname) AS root,
       ARRAY(
         SELECT a.attname::text
           FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          ORDER BY a.attnum
       ) AS columns,
       pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
       c.relkind = 'f' AS elsewhere
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class AS r
    ON r.oid = CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid) ELSE c.oid END
  JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
 WHERE c.relkind IN ('r', 'f')
   AND c.relpersistence <> 't'
   AND NOT n.nspname::text ^@ 'pg_'
   AND n.nspname <> 'information_schema'
   AND NOT n.nspname::text ^@ '_zanith_'
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid
        AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
 ORDER BY root, name
