CREATE TABLE users (id integer CONSTRAINT has_id NOT NULL, name text NOT NULL, mail text);
