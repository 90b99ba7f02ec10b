CREATE TYPE day AS (at date, note text, place text);
COMMENT ON COLUMN day.note IS 'As written';
CREATE TYPE place AS (lat double precision, name text COLLATE "C", height real);
CREATE TABLE diary (id integer PRIMARY KEY, day day);
