CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE users (id int, team int REFERENCES teams) PARTITION BY RANGE (id);
CREATE TABLE users_low PARTITION OF users FOR VALUES FROM (0) TO (100);
INSERT INTO teams VALUES (1);
INSERT INTO users SELECT n, 1 FROM generate_series(1, 50) AS n;
