-- How good estimates were: each done step that was estimated, the furthest out first.
-- An estimate is a range in seconds, made before the run; what it took is the sum of its attempts.
WITH estimated AS (
    SELECT r.run_id,
           r.migration_id,
           (p.step ->> 'number')::int AS step,
           (p.step -> 'estimate' ->> 'low')::float8 * 1000 AS low_ms,
           (p.step -> 'estimate' ->> 'high')::float8 * 1000 AS high_ms,
           coalesce((p.step -> 'estimate' ->> 'from_history')::boolean, false) AS from_history,
           coalesce((p.step -> 'estimate' ->> 'from_shadow')::boolean, false) AS from_shadow,
           (p.step -> 'facts' -> 'size' ->> 'bytes')::bigint AS bytes
      FROM {schema}._zanith_runs AS r
     CROSS JOIN LATERAL jsonb_array_elements(r.plan -> 'steps') AS p (step)
     WHERE p.step -> 'estimate' ->> 'high' IS NOT NULL
), took AS (
    SELECT s.run_id, s.step, max(s.kind) AS kind, max(s.subject) AS subject,
           sum(s.elapsed_ms)::float8 AS elapsed_ms, min(s.started_at) AS started_at
      FROM {schema}._zanith_migration_steps AS s
     GROUP BY s.run_id, s.step
    HAVING bool_or(s.status = 'done') AND sum(s.elapsed_ms) IS NOT NULL
)
SELECT t.started_at AS at, e.migration_id, e.run_id, e.step, t.kind, t.subject, e.bytes,
       e.low_ms, e.high_ms, t.elapsed_ms, e.from_history, e.from_shadow,
       CASE WHEN t.elapsed_ms > e.high_ms THEN t.elapsed_ms / greatest(e.high_ms, 1)
            WHEN t.elapsed_ms < e.low_ms THEN e.low_ms / greatest(t.elapsed_ms, 1)
            ELSE 1 END AS off_by
  FROM estimated AS e
  JOIN took AS t USING (run_id, step)
 WHERE t.started_at >= %(since)s::timestamptz
 ORDER BY off_by DESC, t.elapsed_ms DESC
 LIMIT 200
