CREATE TYPE mood AS ENUM ('happy');
CREATE TYPE day AS (at date, note text COLLATE "C", moods mood[]);
COMMENT ON TYPE day IS 'One day';
COMMENT ON COLUMN day.note IS 'As written';
CREATE TABLE diary (id integer PRIMARY KEY, day day);
