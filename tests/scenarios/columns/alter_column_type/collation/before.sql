CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE INDEX users_name_idx ON users (name);
