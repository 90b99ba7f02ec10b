CREATE TABLE users (id bigserial PRIMARY KEY, email text);
CREATE INDEX users_email_idx ON users (email);
COMMENT ON TABLE users IS 'people';
