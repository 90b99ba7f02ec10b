ALTER TABLE public.shelves DROP COLUMN of;
DROP TYPE public.floats;
