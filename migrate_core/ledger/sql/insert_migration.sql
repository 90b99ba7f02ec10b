INSERT INTO {schema}._zanith_migrations
    (id, cycle, applied_by, checksum, plan_hash, elapsed_ms, run_id, fingerprint)
SELECT %(migration_id)s, %(cycle)s, %(actor)s, %(checksum)s, %(plan_hash)s,
       coalesce((SELECT sum(s.elapsed_ms)
                   FROM {schema}._zanith_migration_steps AS s
                  WHERE s.run_id = %(run_id)s), 0),
       %(run_id)s, %(fingerprint)s
