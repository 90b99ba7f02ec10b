CREATE TABLE users (
    id bigint PRIMARY KEY,
    _zanith_dropped_age_83f9d2bd int CONSTRAINT _zanith_dropped_users_age_key_83f9d2bd UNIQUE,
    age text CONSTRAINT users_age_check CHECK (age <> '') CONSTRAINT users_age_key UNIQUE
);
INSERT INTO users SELECT n, n, n FROM generate_series(1, 50) AS n;
