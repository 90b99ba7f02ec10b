CREATE TABLE events (at timestamp, seen timestamp);
CREATE INDEX events_at ON events (at);
