CREATE TYPE app.names AS RANGE (subtype = text, collation = pg_catalog."C", multirange_type_name = app.name_sets);
CREATE TYPE public.floats AS RANGE (subtype = double precision, subtype_diff = pg_catalog.float8mi, multirange_type_name = public.floats_multirange);
COMMENT ON TYPE public.floats IS 'From to';
CREATE TABLE public.shelves (
    id integer NOT NULL,
    names app.names,
    sets app.name_sets,
    CONSTRAINT shelves_pkey PRIMARY KEY (id)
);
