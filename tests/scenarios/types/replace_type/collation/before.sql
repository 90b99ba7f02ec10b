CREATE COLLATION byte (locale = 'C');
CREATE TABLE words (word text COLLATE byte, id integer);
CREATE INDEX ON words (word);
