-- One row per pg_stat_progress_ view that has a row of backend `pid`: which, and that row.
SELECT 'create_index' AS kind, to_jsonb(p) AS row
  FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.pid = %(pid)s
UNION ALL
SELECT 'cluster', to_jsonb(p) FROM pg_catalog.pg_stat_progress_cluster AS p WHERE p.pid = %(pid)s
UNION ALL
SELECT 'vacuum', to_jsonb(p) FROM pg_catalog.pg_stat_progress_vacuum AS p WHERE p.pid = %(pid)s
UNION ALL
SELECT 'analyze', to_jsonb(p) FROM pg_catalog.pg_stat_progress_analyze AS p WHERE p.pid = %(pid)s
UNION ALL
SELECT 'copy', to_jsonb(p) FROM pg_catalog.pg_stat_progress_copy AS p WHERE p.pid = %(pid)s
