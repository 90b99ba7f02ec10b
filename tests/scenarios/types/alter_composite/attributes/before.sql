CREATE TYPE day AS (at date, note text, mood integer);
CREATE TYPE place AS (lat real, name text);
CREATE TABLE diary (id integer PRIMARY KEY, day day);
INSERT INTO diary VALUES (1, ROW('2026-01-01', 'x', 1));
