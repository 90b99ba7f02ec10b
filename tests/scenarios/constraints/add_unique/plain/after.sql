CREATE TABLE users (id int PRIMARY KEY, email text CONSTRAINT users_email UNIQUE);
COMMENT ON CONSTRAINT users_email ON users IS 'one account each';
