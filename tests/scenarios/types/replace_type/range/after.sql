CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TABLE shelves (id integer PRIMARY KEY, span floats, spans floats_multirange);
