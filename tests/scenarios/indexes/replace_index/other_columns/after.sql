CREATE TABLE users (id integer PRIMARY KEY, email text, name text);
CREATE INDEX users_look_up ON users (lower(email), name) WHERE name IS NOT NULL;
COMMENT ON INDEX users_look_up IS 'for the search, by name too';
