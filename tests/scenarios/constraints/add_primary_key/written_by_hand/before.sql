CREATE TABLE t (a int, b int NOT NULL, c int); INSERT INTO t VALUES (1, 1, 1), (1, 2, 1);
