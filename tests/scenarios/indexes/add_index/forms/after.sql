CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email_idx ON users (email);
CREATE UNIQUE INDEX users_lower_idx ON users (lower(email) text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE email IS NOT NULL;
CREATE INDEX users_hash_idx ON users USING hash (email);
COMMENT ON INDEX users_email_idx IS 'for the sign-in';
