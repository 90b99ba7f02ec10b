CREATE TABLE users (id bigint PRIMARY KEY, age int, _zanith_dropped_age_83f9d2bd int);
INSERT INTO users SELECT n, nullif(n % 3, 0), n FROM generate_series(1, 50) AS n;
