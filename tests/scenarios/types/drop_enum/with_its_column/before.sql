CREATE TYPE mood AS ENUM ('good', 'bad');
COMMENT ON TYPE mood IS 'how it feels';
CREATE TABLE t (id int, mood mood, moods mood[]);
