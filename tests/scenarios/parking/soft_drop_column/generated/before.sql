CREATE TABLE users (
    id int PRIMARY KEY,
    code text NOT NULL,
    upper text GENERATED ALWAYS AS (upper(code)) STORED NOT NULL,
    CONSTRAINT users_upper_key UNIQUE (upper)
);
CREATE INDEX users_upper_idx ON users (upper, id);
CREATE TABLE badges (id int PRIMARY KEY, name text REFERENCES users (upper));
COMMENT ON COLUMN users.upper IS 'for signs';
GRANT SELECT (upper) ON users TO PUBLIC;
CREATE VIEW signs AS SELECT upper FROM users;
INSERT INTO users SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
INSERT INTO badges SELECT n, 'CODE' || n FROM generate_series(1, 50) AS n;
