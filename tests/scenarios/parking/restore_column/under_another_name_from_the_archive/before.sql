CREATE TABLE users (id bigint PRIMARY KEY, age text);
INSERT INTO users SELECT n, 'n' FROM generate_series(1, 50) AS n;
CREATE INDEX users_age_idx ON users (age);
CREATE SCHEMA _zanith_archive;
CREATE TABLE _zanith_archive._zanith_dropped_age_83f9d2bd AS SELECT id, id::int AS age FROM users;
