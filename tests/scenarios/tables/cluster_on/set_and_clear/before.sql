CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE INDEX by_a ON t (a);
ALTER TABLE t CLUSTER ON by_a;
CREATE TABLE u (id integer PRIMARY KEY);
