CREATE TABLE groups (id int PRIMARY KEY);
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text UNIQUE,
    n serial,
    "group" int REFERENCES groups,
    boss bigint REFERENCES users,
    size int GENERATED ALWAYS AS (length(email)) STORED
);
CREATE TABLE _zanith_dropped_users_83f9d2bd AS
    SELECT n::bigint AS id, 'u' || n AS email, n, 1 AS "group", n::bigint / 2 AS boss FROM generate_series(0, 50) AS n;
INSERT INTO groups VALUES (1);
INSERT INTO users (email) VALUES ('first');
