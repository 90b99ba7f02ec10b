CREATE TABLE _zanith_dropped_teams_83f9d2bd (
    id int CONSTRAINT _zanith_dropped_teams_id_not_null_83f9d2bd NOT NULL
        CONSTRAINT _zanith_dropped_teams_pkey_83f9d2bd PRIMARY KEY,
    name text
);
CREATE TABLE users (id int PRIMARY KEY, team int);
INSERT INTO _zanith_dropped_teams_83f9d2bd SELECT n, 'team' || n FROM generate_series(1, 50) AS n;
INSERT INTO users SELECT n, n FROM generate_series(1, 50) AS n;
