CREATE TABLE users (id int PRIMARY KEY, code text NOT NULL CONSTRAINT users_code_key UNIQUE);
CREATE TABLE badges (id int PRIMARY KEY, code text CONSTRAINT badges_code_fkey REFERENCES users (code) ON DELETE CASCADE);
COMMENT ON CONSTRAINT badges_code_fkey ON badges IS 'whose it is';
INSERT INTO users SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
INSERT INTO badges SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
