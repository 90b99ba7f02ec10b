CREATE TYPE mood AS ENUM ('bad', 'good');
CREATE TABLE t (id int, mood mood DEFAULT 'good');
