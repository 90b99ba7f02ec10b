INSERT INTO {schema}._zanith_migration_checkpoints
    (run_id, step, stage, migration_id, cycle, direction, cursor, sweep, settles, changed_in_sweep,
     processed, changed, total_estimate, batch_rows, status)
VALUES (%(run_id)s, %(step)s, %(stage)s, %(migration_id)s, %(cycle)s, %(direction)s, %(cursor)s,
        %(sweep)s, %(settles)s, %(changed_in_sweep)s, %(processed)s, %(changed)s,
        %(total_estimate)s, %(batch_rows)s, %(status)s)
ON CONFLICT (run_id, step, stage) DO UPDATE
   SET cursor = excluded.cursor,
       sweep = excluded.sweep,
       settles = excluded.settles,
       changed_in_sweep = excluded.changed_in_sweep,
       processed = excluded.processed,
       changed = excluded.changed,
       total_estimate = excluded.total_estimate,
       batch_rows = excluded.batch_rows,
       status = excluded.status,
       updated_at = clock_timestamp()
