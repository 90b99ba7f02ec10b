ALTER TABLE public.users ALTER COLUMN email SET DEFAULT 'none'::text;
