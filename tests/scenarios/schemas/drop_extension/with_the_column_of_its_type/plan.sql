ALTER TABLE public.users DROP COLUMN email;
DROP EXTENSION citext;
