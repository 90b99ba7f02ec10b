ALTER TABLE public.shelves ALTER COLUMN span TYPE text USING span::text;
ALTER TABLE public.shelves ALTER COLUMN spans TYPE text USING spans::text;
DROP TYPE public.floats;
CREATE TYPE public.floats AS RANGE (subtype = double precision, subtype_diff = pg_catalog.float8mi, multirange_type_name = public.floats_multirange);
ALTER TABLE public.shelves ALTER COLUMN span TYPE public.floats USING span::public.floats;
ALTER TABLE public.shelves ALTER COLUMN spans TYPE public.floats_multirange USING spans::public.floats_multirange;
