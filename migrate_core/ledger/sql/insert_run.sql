INSERT INTO {schema}._zanith_runs
    (run_id, migration_id, cycle, direction, state, checksum, plan_hash, plan, base_fingerprint,
     actor)
VALUES (%(run_id)s, %(migration_id)s, %(cycle)s, %(direction)s, 'running', %(checksum)s,
        %(plan_hash)s, %(plan)s, %(base_fingerprint)s, %(actor)s)
