CREATE TABLE other (x integer CONSTRAINT t_n_not_null NOT NULL);
