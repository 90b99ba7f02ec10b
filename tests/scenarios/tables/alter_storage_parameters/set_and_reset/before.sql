CREATE TABLE t (id integer, a text) WITH (fillfactor=70, autovacuum_enabled=false);
