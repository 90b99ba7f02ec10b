DROP VIEW public.codes;
ALTER TABLE public.users DROP CONSTRAINT code_there;
ALTER TABLE public.users ALTER COLUMN code DROP DEFAULT;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
