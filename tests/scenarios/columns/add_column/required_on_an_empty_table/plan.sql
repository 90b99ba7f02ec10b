ALTER TABLE public.users ADD COLUMN country text NOT NULL;
