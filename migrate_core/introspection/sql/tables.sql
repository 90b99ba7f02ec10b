-- One JSON array of [oid, Table without its parts]: ordinary tables that are no partitions.
WITH marked AS MATERIALIZED (
       SELECT x.indrelid,
              max(i.relname::text) FILTER (WHERE x.indisreplident) AS identity,
              max(i.relname::text) FILTER (WHERE x.indisclustered) AS clustered
         FROM pg_catalog.pg_index AS x
         JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
        WHERE x.indisreplident OR x.indisclustered
        GROUP BY x.indrelid
     )
SELECT coalesce(
         json_agg(
           json_build_array(
             c.oid::bigint,
             json_build_object(
               'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
               'row_security', c.relrowsecurity,
               'force_row_security', c.relforcerowsecurity,
               'unlogged', c.relpersistence = 'u',
               'options', CASE WHEN c.reloptions IS NULL THEN '[]' ELSE (
                 SELECT json_agg(o.option ORDER BY o.place)
                   FROM unnest(c.reloptions) WITH ORDINALITY AS o (option, place)
               ) END,
               'toast_options', CASE WHEN s.reloptions IS NULL THEN '[]' ELSE (
                 SELECT json_agg(o.option ORDER BY o.place)
                   FROM unnest(s.reloptions) WITH ORDINALITY AS o (option, place)
               ) END,
               'replica_identity', CASE c.relreplident
                 WHEN 'n' THEN 'nothing'
                 WHEN 'f' THEN 'full'
                 -- An index that is gone leaves a table with nothing to tell its rows by.
                 WHEN 'i' THEN CASE WHEN m.identity IS NULL THEN 'nothing' ELSE 'index' END
               END,
               'replica_index', m.identity,
               'clustered_on', m.clustered,
               'comment', d.description
             )
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class AS s ON s.oid = c.reltoastrelid AND s.reloptions IS NOT NULL
  LEFT JOIN marked AS m ON m.indrelid = c.oid
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relkind = 'r'
   AND NOT c.relispartition
   AND c.relnamespace = ANY (%(schemas)s::oid[])
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
