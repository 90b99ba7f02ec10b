CREATE TABLE users (id integer PRIMARY KEY, n integer NOT NULL, o integer CONSTRAINT always NOT NULL);
