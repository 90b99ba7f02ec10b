CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE INDEX by_a ON t (a);
CREATE TABLE u (id integer PRIMARY KEY);
ALTER TABLE u CLUSTER ON u_pkey;
