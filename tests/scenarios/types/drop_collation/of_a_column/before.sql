CREATE COLLATION posix (locale = 'POSIX');
CREATE TABLE words (word text COLLATE posix, id integer);
