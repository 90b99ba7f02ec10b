CREATE TABLE t (a text, b text[]);
CREATE INDEX by_a ON t (a) WITH (fillfactor=80, deduplicate_items=off) WHERE a <> ' WITH (';
CREATE INDEX by_lower ON t (lower(a));
ALTER INDEX by_lower ALTER COLUMN 1 SET STATISTICS 400;
CREATE INDEX by_b ON t USING gin (b);
CREATE INDEX by_upper ON t (upper(a));
ALTER INDEX by_upper ALTER COLUMN 1 SET STATISTICS 40;
