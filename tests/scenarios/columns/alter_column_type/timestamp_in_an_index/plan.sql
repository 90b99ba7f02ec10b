ALTER TABLE public.events ALTER COLUMN at TYPE timestamp with time zone;
ALTER TABLE public.events ALTER COLUMN seen TYPE timestamp with time zone;
