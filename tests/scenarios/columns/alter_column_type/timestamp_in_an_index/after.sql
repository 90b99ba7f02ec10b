CREATE TABLE events (at timestamptz, seen timestamptz);
CREATE INDEX events_at ON events (at);
