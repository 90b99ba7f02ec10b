DROP POLICY own ON public.users_low;
DROP TRIGGER renamed ON public.users;
DROP VIEW public.codes;
DROP VIEW public.low_codes;
ALTER TABLE public.users DROP COLUMN upper;
ALTER TABLE public.users ALTER COLUMN code DROP NOT NULL;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
