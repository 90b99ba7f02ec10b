CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE users (
    id bigint PRIMARY KEY,
    team_id int NOT NULL DEFAULT 1 CONSTRAINT users_team_check CHECK (team_id > 0) REFERENCES teams,
    code text UNIQUE
);
CREATE INDEX users_team_idx ON users (team_id);
COMMENT ON COLUMN users.team_id IS 'where they play';
INSERT INTO teams VALUES (1), (2);
INSERT INTO users SELECT n, 1 + n % 2, 'c' || n FROM generate_series(1, 50) AS n;
