CREATE TYPE floats AS RANGE (subtype = float8);
CREATE TABLE shelves (id integer PRIMARY KEY, span floats, spans floats_multirange);
INSERT INTO shelves VALUES (1, '[1,2)', '{[1,2)}');
