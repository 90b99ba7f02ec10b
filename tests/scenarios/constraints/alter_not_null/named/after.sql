CREATE TABLE users (id integer NOT NULL, name text CONSTRAINT has_name NOT NULL, mail text CONSTRAINT has_mail NOT NULL);
