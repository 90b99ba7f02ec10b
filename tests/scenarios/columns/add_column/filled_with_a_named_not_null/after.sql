CREATE TABLE t (id integer PRIMARY KEY, n double precision DEFAULT random() CONSTRAINT always NOT NULL);
