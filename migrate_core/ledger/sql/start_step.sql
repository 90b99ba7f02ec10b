-- The first try of a step: its pending row begins to run.
UPDATE {schema}._zanith_migration_steps
   SET status = 'running', started_at = clock_timestamp(), actor = %(actor)s
 WHERE run_id = %(run_id)s
   AND step = %(step)s
   AND attempt = %(attempt)s
   AND status = 'pending'
