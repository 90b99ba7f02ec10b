CREATE TABLE teams (id int PRIMARY KEY);
CREATE TABLE _zanith_dropped_users_83f9d2bd (
    id bigint CONSTRAINT _zanith_dropped_users_id_not_null_83f9d2bd NOT NULL
        CONSTRAINT _zanith_dropped_users_pkey_83f9d2bd PRIMARY KEY,
    team_id int
);
INSERT INTO teams VALUES (1);
INSERT INTO _zanith_dropped_users_83f9d2bd SELECT n, 1 FROM generate_series(1, 50) AS n;
