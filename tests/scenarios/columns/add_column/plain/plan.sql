ALTER TABLE public.users ADD COLUMN last_login timestamp with time zone;
