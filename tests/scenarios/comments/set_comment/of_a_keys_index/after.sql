CREATE TABLE t (id integer PRIMARY KEY, a integer, CONSTRAINT t_a UNIQUE (a));
COMMENT ON INDEX t_pkey IS 'the key''s';
CREATE TABLE u (id integer PRIMARY KEY);
COMMENT ON INDEX u_pkey IS 'of a new table';
