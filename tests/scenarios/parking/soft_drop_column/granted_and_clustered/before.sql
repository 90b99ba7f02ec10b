CREATE TABLE users (id int PRIMARY KEY, code serial);
CREATE INDEX users_code_idx ON users (code);
ALTER TABLE users CLUSTER ON users_code_idx;
GRANT SELECT (code), UPDATE (code) ON users TO pg_monitor;
GRANT USAGE ON SEQUENCE users_code_seq TO pg_monitor;
INSERT INTO users SELECT n FROM generate_series(1, 50) AS n;
