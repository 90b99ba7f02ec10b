CREATE TABLE t (id integer PRIMARY KEY, a integer, CONSTRAINT t_a UNIQUE (a));
COMMENT ON INDEX t_a IS 'old';
