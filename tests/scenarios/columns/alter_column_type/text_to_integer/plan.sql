ALTER TABLE public.users ALTER COLUMN age DROP DEFAULT;
ALTER TABLE public.users ALTER COLUMN age TYPE integer USING age::integer;
ALTER TABLE public.users ALTER COLUMN age SET DEFAULT 0;
