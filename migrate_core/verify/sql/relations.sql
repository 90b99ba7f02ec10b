-- Every relation that a lock may be taken on, and the one it belongs to: an index to its table,
-- a TOAST table to its table, an owned sequence to the column's table, a partition to its parent.
-- `scans` counts sequential scans: this session's own that the server has not been told of, or
-- with %(settled)s those that it has; NULL where nobody counts them. `written` are the rows
-- inserted, updated and deleted, counted in the same way, `seen` those that sequential scans read,
-- `searches` how often an index was read.
SELECT c.oid::bigint AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       c.relkind::text AS kind,
       c.relfilenode::bigint AS filenode,
       coalesce(i.indrelid, main.oid, owner.refobjid, part.inhparent)::bigint AS belongs_to,
       CASE WHEN c.relkind NOT IN ('r', 'm') THEN 0
            WHEN NOT pg_catalog.current_setting('track_counts')::boolean THEN NULL
            WHEN %(settled)s THEN pg_catalog.pg_stat_get_numscans(c.oid)
            ELSE pg_catalog.pg_stat_get_xact_numscans(c.oid) END::bigint AS scans,
       CASE WHEN c.relkind NOT IN ('r', 'm', 'p') THEN NULL
            WHEN %(settled)s
            THEN ARRAY[pg_catalog.pg_stat_get_tuples_inserted(c.oid),
                       pg_catalog.pg_stat_get_tuples_updated(c.oid),
                       pg_catalog.pg_stat_get_tuples_deleted(c.oid)]
            ELSE ARRAY[pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid),
                       pg_catalog.pg_stat_get_xact_tuples_updated(c.oid),
                       pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)] END AS written,
       CASE WHEN c.relkind NOT IN ('r', 'm') THEN NULL
            WHEN %(settled)s THEN pg_catalog.pg_stat_get_tuples_returned(c.oid)
            ELSE pg_catalog.pg_stat_get_xact_tuples_returned(c.oid) END::bigint AS seen,
       CASE WHEN c.relkind <> 'i' THEN NULL
            WHEN %(settled)s THEN pg_catalog.pg_stat_get_numscans(c.oid)
            ELSE pg_catalog.pg_stat_get_xact_numscans(c.oid) END::bigint AS searches
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = c.oid
  LEFT JOIN pg_catalog.pg_class AS main ON c.relkind = 't' AND main.reltoastrelid = c.oid
  LEFT JOIN pg_catalog.pg_inherits AS part ON part.inhrelid = c.oid AND c.relispartition
                                          AND c.relkind IN ('r', 'p')
  LEFT JOIN pg_catalog.pg_depend AS owner
    ON c.relkind = 'S'
   AND owner.classid = 'pg_catalog.pg_class'::regclass
   AND owner.objid = c.oid
   AND owner.refclassid = 'pg_catalog.pg_class'::regclass
   AND owner.deptype IN ('a', 'i')
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
