ALTER TABLE public.asset DROP COLUMN name;
