CREATE TABLE t (a int, "B" text, c int); INSERT INTO t VALUES (1, 'x', 2), (1, 'y', 2);
