ALTER TABLE public.t DROP COLUMN mood;
ALTER TABLE public.t DROP COLUMN moods;
DROP TYPE public.mood;
