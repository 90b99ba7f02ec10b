ALTER TABLE public.badges DROP CONSTRAINT badges_code_fkey;
ALTER TABLE public.users ALTER COLUMN code DROP NOT NULL;
ALTER TABLE public.users RENAME CONSTRAINT users_code_key TO _zanith_dropped_users_code_key_83f9d2bd;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
