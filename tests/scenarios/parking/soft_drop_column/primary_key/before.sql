CREATE TABLE users (code text PRIMARY KEY, age int);
CREATE TABLE badges (id int PRIMARY KEY, code text REFERENCES users);
CREATE VIEW oldest AS SELECT code, age FROM users GROUP BY code;
INSERT INTO users SELECT 'code' || n, n FROM generate_series(1, 50) AS n;
INSERT INTO badges SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
