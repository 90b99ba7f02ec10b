CREATE TABLE t (a int, "B" text, c int, CONSTRAINT t_key PRIMARY KEY (a, "B"));
COMMENT ON CONSTRAINT t_key ON t IS 'who it is';
