CREATE TABLE users (id int PRIMARY KEY, name text COLLATE "POSIX");
CREATE INDEX users_name_idx ON users (name);
