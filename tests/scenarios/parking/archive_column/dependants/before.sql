CREATE TABLE users (id int PRIMARY KEY, code text NOT NULL UNIQUE, upper text GENERATED ALWAYS AS (upper(code)) STORED);
CREATE TABLE badges (id int PRIMARY KEY, code text REFERENCES users (code));
CREATE VIEW names AS SELECT upper, code FROM users;
GRANT SELECT (code) ON users TO PUBLIC;
INSERT INTO users SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
INSERT INTO badges SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
