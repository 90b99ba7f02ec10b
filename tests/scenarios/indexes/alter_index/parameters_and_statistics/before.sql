CREATE TABLE t (a text, b text[]);
CREATE INDEX by_a ON t (a) WITH (fillfactor=70) WHERE a <> ' WITH (';
CREATE INDEX by_lower ON t (lower(a));
CREATE INDEX by_b ON t USING gin (b) WITH (fastupdate=off);
