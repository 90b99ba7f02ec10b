CREATE TABLE t (a integer, b integer DEFAULT 3 CHECK (b > 0)); CREATE INDEX ON t (b);
