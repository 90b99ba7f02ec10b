CREATE TABLE other (x integer CONSTRAINT t_n_not_null NOT NULL);
CREATE TABLE t (id integer, n integer CONSTRAINT t_n_not_null NOT NULL);
