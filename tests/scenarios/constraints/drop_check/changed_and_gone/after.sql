CREATE TABLE t (a int CONSTRAINT changed CHECK (a > 1), b int, c int);
