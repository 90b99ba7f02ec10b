CREATE TABLE t (id integer, a text) WITH (fillfactor=80, toast.autovacuum_enabled=false, parallel_workers=2);
