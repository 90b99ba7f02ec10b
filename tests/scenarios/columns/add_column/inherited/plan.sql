ALTER TABLE public.asset ADD COLUMN price numeric;
