CREATE TABLE t (a int, b int);
CREATE TABLE u (a int PRIMARY KEY);
CREATE SCHEMA s;
CREATE TABLE new (x int);
CREATE PUBLICATION orders FOR TABLE t (a, b) WHERE (a > 2), new WITH (publish = 'insert');
CREATE PUBLICATION whole FOR TABLES IN SCHEMA public;
