CREATE TABLE events (
    id bigint PRIMARY KEY,
    body text,
    happened_at timestamp with time zone NOT NULL
);
CREATE INDEX events_by_time ON events (happened_at);
INSERT INTO events SELECT n, 'e' || n, timestamptz '2026-01-01' + n * interval '1 min' FROM generate_series(1, 50) AS n;
