CREATE COLLATION posix (locale = 'POSIX');
CREATE COLLATION mixed (lc_collate = 'C', lc_ctype = 'POSIX');
COMMENT ON COLLATION posix IS 'By code';
CREATE TABLE words (word text COLLATE posix);
