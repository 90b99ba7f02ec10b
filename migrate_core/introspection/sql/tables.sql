-- One JSON array of [oid, Table without its parts]: ordinary, partitioned and foreign tables.
-- Values of foreign options may be secrets: all but the well-known harmless ones are digests.
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
             CASE
               -- Most tables have none of the rare properties.
               WHEN c.relkind = 'r'
                AND p.parents IS NULL
                AND c.relpersistence = 'p'
                AND c.reloptions IS NULL
                AND c.relreplident = 'd'
                AND s.oid IS NULL
                AND m.indrelid IS NULL
                 THEN json_build_object(
                   'name', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                   'row_security', c.relrowsecurity,
                   'force_row_security', c.relforcerowsecurity,
                   'comment', d.description
                 )
               ELSE json_build_object(
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
                 'replica_identity', CASE WHEN c.relkind <> 'f' THEN CASE c.relreplident
                   WHEN 'n' THEN 'nothing'
                   WHEN 'f' THEN 'full'
                   -- An index that is gone leaves a table with nothing to tell its rows by.
                   WHEN 'i' THEN CASE WHEN m.identity IS NULL THEN 'nothing' ELSE 'index' END
                 END END,
                 'replica_index', m.identity,
                 'clustered_on', m.clustered,
                 'comment', d.description,
                 'partition_key', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
                 'partition_of', CASE WHEN c.relispartition THEN json_build_object(
                   'parent', p.parents -> 0,
                   'bound', pg_get_expr(c.relpartbound, c.oid),
                   'detaching', p.detaching
                 ) END,
                 'inherits', CASE WHEN c.relispartition THEN '[]' ELSE coalesce(p.parents, '[]') END,
                 'foreign', CASE WHEN c.relkind = 'f' THEN (
                   SELECT json_build_object(
                            'server', s.srvname,
                            'options', coalesce(o.options, '[]')
                          )
                     FROM pg_catalog.pg_foreign_table AS t
                     JOIN pg_catalog.pg_foreign_server AS s ON s.oid = t.ftserver
                    CROSS JOIN LATERAL (
                          SELECT json_agg(
                                   quote_ident(q.option_name) || ' ' || CASE
                                     WHEN q.option_name IN (
                                       'schema_name', 'table_name', 'column_name', 'schema',
                                       'table', 'dbname', 'updatable', 'truncatable',
                                       'fetch_size', 'batch_size', 'async_capable',
                                       'use_remote_estimate', 'fdw_startup_cost',
                                       'fdw_tuple_cost', 'analyze_sampling',
                                       'keep_connections', 'filename', 'format', 'header',
                                       'delimiter', 'quote', 'escape', 'null', 'default',
                                       'encoding', 'force_not_null', 'force_null', 'on_error',
                                       'reject_limit', 'log_verbosity', 'key', 'readonly',
                                       'prefetch'
                                     ) THEN quote_literal(q.option_value)
                                     ELSE 'sha256 ' || encode(
                                       sha256(convert_to(q.option_value, 'UTF8')), 'hex'
                                     )
                                   END
                                   ORDER BY q.option_name
                                 ) AS options
                            FROM pg_options_to_table(t.ftoptions) AS q
                          ) AS o
                    WHERE t.ftrelid = c.oid
                 ) END
               )
             END
           )
           ORDER BY n.nspname, c.relname
         ),
         '[]'
       )::text
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class AS s ON s.oid = c.reltoastrelid AND s.reloptions IS NOT NULL
  LEFT JOIN marked AS m ON m.indrelid = c.oid
  LEFT JOIN (
       SELECT i.inhrelid AS oid,
              bool_or(i.inhdetachpending) AS detaching,
              json_agg(
                quote_ident(pn.nspname) || '.' || quote_ident(r.relname) ORDER BY i.inhseqno
              ) AS parents
         FROM pg_catalog.pg_inherits AS i
         JOIN pg_catalog.pg_class AS r ON r.oid = i.inhparent
         JOIN pg_catalog.pg_namespace AS pn ON pn.oid = r.relnamespace
        WHERE r.relkind IN ('r', 'p', 'f')
        GROUP BY i.inhrelid
       ) AS p
    ON p.oid = c.oid
  LEFT JOIN pg_catalog.pg_description AS d
    ON d.classoid = 'pg_catalog.pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relkind IN ('r', 'p', 'f')
   AND c.relnamespace = ANY (%(schemas)s::oid[])
   AND NOT c.relname::text ^@ '_zanith_'
   AND NOT EXISTS (
     SELECT
       FROM pg_catalog.pg_depend AS x
      WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.deptype = 'e' AND x.refclassid = 'pg_catalog.pg_extension'::regclass
   )
