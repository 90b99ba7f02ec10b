CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a + 1) STORED CHECK (b > 0)); CREATE INDEX ON t (b);
