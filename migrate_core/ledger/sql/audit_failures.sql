-- What broke: every attempt of a step that failed or was cut off, the newest first, and what
-- became of the step since.
SELECT s.started_at AS at,
       s.migration_id,
       s.run_id,
       s.step,
       s.attempt,
       s.kind,
       s.subject,
       s.status,
       s.sqlstate,
       s.error,
       s.hint,
       s.actor,
       CASE
         WHEN EXISTS (
           SELECT
             FROM {schema}._zanith_migration_steps AS later
            WHERE later.run_id = s.run_id
              AND later.step = s.step
              AND later.status = 'done'
         ) THEN 'done later'
         WHEN r.state = 'closed' THEN 'given up'
         ELSE 'open'
       END AS since
  FROM {schema}._zanith_migration_steps AS s
  JOIN {schema}._zanith_runs AS r ON r.run_id = s.run_id
 WHERE s.status IN ('failed', 'interrupted')
   AND s.started_at >= %(since)s::timestamptz
 ORDER BY s.started_at DESC, s.run_id, s.step, s.attempt DESC
