CREATE TYPE place AS (name text, lat double precision, height real);
CREATE TABLE trips (id integer PRIMARY KEY, place place);
