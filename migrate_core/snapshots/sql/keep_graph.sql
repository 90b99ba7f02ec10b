-- Keeps a schema unless an equal one is kept already.
INSERT INTO {schema}._zanith_graphs (fingerprint, graph)
VALUES (%(fingerprint)s, %(graph)s)
ON CONFLICT (fingerprint) DO NOTHING
