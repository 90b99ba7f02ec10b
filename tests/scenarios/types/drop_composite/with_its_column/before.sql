CREATE TYPE day AS (at date, note text COLLATE "C");
CREATE TABLE diary (id integer PRIMARY KEY, day day);
