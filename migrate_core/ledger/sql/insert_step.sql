INSERT INTO {schema}._zanith_migration_steps
    (run_id, step, attempt, migration_id, cycle, direction, kind, subject, status, stages, sql,
     lock, level, score, reasons, operation, inverse, actor)
VALUES (%(run_id)s, %(step)s, 1, %(migration_id)s, %(cycle)s, %(direction)s, %(kind)s, %(subject)s,
        'pending', %(stages)s, %(sql)s, %(lock)s, %(level)s, %(score)s, %(reasons)s, %(operation)s,
        %(inverse)s, %(actor)s)
