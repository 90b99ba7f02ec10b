CREATE TABLE t (a text, b integer, c integer);
ALTER TABLE t ALTER a SET (n_distinct_inherited=-0.5);
ALTER TABLE t ALTER b SET STATISTICS 50;
ALTER TABLE t ALTER c SET STATISTICS 7;
