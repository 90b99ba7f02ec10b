CREATE TABLE users (id bigint PRIMARY KEY, email text DEFAULT 'x' CHECK (email <> ''));
CREATE INDEX users_email_idx ON users (lower(email));
COMMENT ON COLUMN users.email IS 'where to write';
