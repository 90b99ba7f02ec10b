CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS one ON a, b FROM t;
