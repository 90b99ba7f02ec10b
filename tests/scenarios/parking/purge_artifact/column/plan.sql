ALTER TABLE public.users DROP COLUMN _zanith_dropped_age_83f9d2bd;
