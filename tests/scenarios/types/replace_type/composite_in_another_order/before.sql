CREATE TYPE place AS (lat real, name text);
CREATE TABLE trips (id integer PRIMARY KEY, place place);
INSERT INTO trips VALUES (1, ROW(1, 'home')), (2, NULL);
