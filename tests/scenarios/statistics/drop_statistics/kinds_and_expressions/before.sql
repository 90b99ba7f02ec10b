CREATE TABLE t (a int, b int, c text);
CREATE STATISTICS of_columns ON a, b FROM t;
CREATE STATISTICS "Most common" (mcv) ON a, (b + 1) FROM t;
ALTER STATISTICS of_columns SET STATISTICS 50;
COMMENT ON STATISTICS of_columns IS 'they go together';
