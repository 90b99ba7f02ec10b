CREATE TABLE users (id integer PRIMARY KEY, email text, name text);
CREATE INDEX users_look_up ON users (email);
COMMENT ON INDEX users_look_up IS 'for the search';
INSERT INTO users VALUES (1, 'a', 'b');
