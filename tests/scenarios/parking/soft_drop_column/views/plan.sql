DROP MATERIALIZED VIEW public.counted;
DROP VIEW public.long_codes;
DROP ROUTINE public.first_code();
DROP VIEW public.coded;
ALTER TABLE public.users ALTER COLUMN code DROP NOT NULL;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
