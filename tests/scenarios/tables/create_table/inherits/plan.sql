CREATE TABLE public.car (
    wheels integer
) INHERITS (public.asset);
ALTER TABLE public.car ALTER COLUMN name SET DEFAULT 'car'::text;
