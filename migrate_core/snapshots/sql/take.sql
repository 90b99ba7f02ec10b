-- Keeps the schema unless an equal one is kept already, and says when it was seen.
WITH kept AS (
    INSERT INTO {schema}._zanith_graphs (fingerprint, graph)
    VALUES (%(fingerprint)s, %(graph)s)
    ON CONFLICT (fingerprint) DO NOTHING
)
INSERT INTO {schema}._zanith_schema_snapshots (migration_id, run_id, phase, fingerprint)
VALUES (%(migration_id)s, %(run_id)s, %(phase)s, %(fingerprint)s)
