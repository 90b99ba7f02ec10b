CREATE TABLE users (id bigint PRIMARY KEY, name text, age int);
INSERT INTO users SELECT n, 'n', n FROM generate_series(1, 50) AS n;
