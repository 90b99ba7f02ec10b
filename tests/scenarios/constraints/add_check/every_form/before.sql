CREATE TABLE t (a int, "B" text); INSERT INTO t VALUES (1, NULL);
