-- One row per attempt of a step.
SELECT s.*
  FROM {schema}._zanith_migration_steps AS s
  JOIN {schema}._zanith_runs AS r ON r.run_id = s.run_id
 WHERE (%(run_id)s::uuid IS NULL OR s.run_id = %(run_id)s)
   AND (%(migration_id)s::text IS NULL OR s.migration_id = %(migration_id)s)
 ORDER BY r.started_at, s.run_id, s.step, s.attempt
