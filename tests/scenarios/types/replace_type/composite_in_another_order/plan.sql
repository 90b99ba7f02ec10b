ALTER TYPE public.place RENAME TO _zanith_helper_place_83f9d2bd;
CREATE TYPE public.place AS (name text, lat double precision, height real);
ALTER TABLE public.trips ALTER COLUMN place TYPE public.place USING CASE WHEN place IS DISTINCT FROM NULL THEN ROW((place).name::text, (place).lat::double precision, NULL::real)::public.place END;
DROP TYPE public._zanith_helper_place_83f9d2bd;
