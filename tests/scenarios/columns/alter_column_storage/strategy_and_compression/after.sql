CREATE TABLE t (a text COMPRESSION pglz, b bytea, c numeric);
ALTER TABLE t ALTER a SET STORAGE MAIN;
