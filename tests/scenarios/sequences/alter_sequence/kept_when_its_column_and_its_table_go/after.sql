CREATE TABLE t (id int);
CREATE SEQUENCE of_column;
CREATE SEQUENCE gone_id_seq AS integer;
