ALTER TABLE public.badges DROP CONSTRAINT badges_code_fkey;
DROP VIEW public.names;
ALTER TABLE public.users DROP COLUMN upper;
ALTER TABLE public.users DROP CONSTRAINT users_code_key;
ALTER TABLE public.users DROP COLUMN code;
