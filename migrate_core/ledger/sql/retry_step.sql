-- A later try: a new row with the facts of the first one.
INSERT INTO {schema}._zanith_migration_steps
    (run_id, step, attempt, migration_id, cycle, direction, kind, subject, status, stage, begun,
     stages, sql, lock, level, score, reasons, operation, inverse, started_at, actor)
SELECT s.run_id, s.step, %(attempt)s, s.migration_id, s.cycle, s.direction, s.kind, s.subject,
       %(status)s, %(stage)s, %(begun)s, s.stages, s.sql, s.lock, s.level, s.score, s.reasons,
       s.operation, s.inverse, clock_timestamp(), %(actor)s
  FROM {schema}._zanith_migration_steps AS s
 WHERE s.run_id = %(run_id)s AND s.step = %(step)s AND s.attempt = 1
