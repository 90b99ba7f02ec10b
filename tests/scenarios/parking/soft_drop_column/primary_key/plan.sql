ALTER TABLE public.badges DROP CONSTRAINT badges_code_fkey;
DROP VIEW public.oldest;
ALTER TABLE public.users DROP CONSTRAINT users_pkey;
ALTER TABLE public.users ALTER COLUMN code DROP NOT NULL;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
