CREATE COLLATION byte (lc_collate = 'C', lc_ctype = 'POSIX');
CREATE TABLE words (word text COLLATE byte, id integer);
CREATE INDEX ON words (word);
