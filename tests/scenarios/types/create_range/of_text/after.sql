CREATE SCHEMA app;
CREATE TYPE app.names AS RANGE (subtype = text, collation = "C", multirange_type_name = app.name_sets);
CREATE TYPE floats AS RANGE (subtype = float8, subtype_diff = float8mi);
COMMENT ON TYPE floats IS 'From to';
CREATE TABLE shelves (id integer PRIMARY KEY, names app.names, sets app.name_sets);
