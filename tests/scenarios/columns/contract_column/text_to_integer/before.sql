CREATE TABLE readings (id bigint PRIMARY KEY, value text DEFAULT '0', at timestamptz NOT NULL);
CREATE INDEX readings_value ON readings (value) WHERE value IS NOT NULL;
INSERT INTO readings VALUES (1, '17', '2026-01-01'), (2, NULL, '2026-01-02'), (3, '-4', '2026-01-03');
