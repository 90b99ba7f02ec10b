CREATE TABLE t (a int CONSTRAINT rule CHECK (a > 0));
