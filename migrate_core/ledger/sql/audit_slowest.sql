-- Which kinds of operation are slowest: over all steps that were done, by their total time.
SELECT s.kind,
       count(*) AS steps,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY s.elapsed_ms) AS median_ms,
       percentile_disc(0.95) WITHIN GROUP (ORDER BY s.elapsed_ms) AS p95_ms,
       max(s.elapsed_ms) AS slowest_ms,
       sum(s.elapsed_ms)::bigint AS total_ms,
       (array_agg(s.subject ORDER BY s.elapsed_ms DESC))[1] AS slowest_subject,
       (array_agg(s.migration_id ORDER BY s.elapsed_ms DESC))[1] AS slowest_migration_id
  FROM {schema}._zanith_migration_steps AS s
 WHERE s.status = 'done'
   AND s.elapsed_ms IS NOT NULL
   AND s.started_at >= %(since)s::timestamptz
 GROUP BY s.kind
 ORDER BY total_ms DESC, s.kind
