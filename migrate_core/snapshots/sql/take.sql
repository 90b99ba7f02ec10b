-- Says when a schema that is kept was seen.
INSERT INTO {schema}._zanith_schema_snapshots (migration_id, run_id, phase, fingerprint)
VALUES (%(migration_id)s, %(run_id)s, %(phase)s, %(fingerprint)s)
