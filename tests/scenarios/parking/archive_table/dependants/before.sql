CREATE TABLE teams (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE users (id int PRIMARY KEY, team int REFERENCES teams);
CREATE VIEW names AS SELECT name FROM teams;
INSERT INTO teams SELECT n, 'team' || n FROM generate_series(1, 50) AS n;
INSERT INTO users SELECT n, n FROM generate_series(1, 50) AS n;
