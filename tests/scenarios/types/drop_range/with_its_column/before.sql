CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TABLE shelves (id integer PRIMARY KEY, of floats);
