ALTER TABLE public.badges DROP CONSTRAINT badges_name_fkey;
DROP VIEW public.signs;
ALTER TABLE public.users DROP COLUMN upper;
ALTER TABLE public.users ALTER COLUMN code DROP NOT NULL;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
