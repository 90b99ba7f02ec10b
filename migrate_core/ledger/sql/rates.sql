-- One row per sort of work: the median of how many bytes of table a second it went through here.
-- Done steps only, whose one attempt took long enough to mean something; the plan of their run
-- says how large the table was and what the work was.
WITH done AS (
    SELECT p.step -> 'estimate' ->> 'kind' AS kind,
           (p.step -> 'facts' -> 'size' ->> 'bytes')::float8 AS bytes,
           s.elapsed_ms / 1000.0 AS seconds
      FROM {schema}._zanith_runs AS r
     CROSS JOIN LATERAL jsonb_array_elements(r.plan -> 'steps') AS p (step)
      JOIN {schema}._zanith_migration_steps AS s
        ON s.run_id = r.run_id
       AND s.step = (p.step ->> 'number')::int
     WHERE s.status = 'done'
       AND s.attempt = 1
       AND s.elapsed_ms >= 200
       AND s.started_at > now() - interval '180 days'
)
SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY bytes / seconds) AS rate
  FROM done
 WHERE bytes > 0
   AND kind IN ('scan', 'rewrite', 'build', 'backfill')
 GROUP BY kind
HAVING count(*) >= 2
 ORDER BY kind
