CREATE TABLE t (id int);
CREATE SEQUENCE of_column;
ALTER TABLE t ADD number int DEFAULT nextval('of_column');
ALTER SEQUENCE of_column OWNED BY t.number;
CREATE TABLE gone (id serial);
