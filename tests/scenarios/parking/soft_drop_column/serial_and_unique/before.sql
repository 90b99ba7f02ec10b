CREATE TABLE t (id int PRIMARY KEY, n serial, code text UNIQUE);
