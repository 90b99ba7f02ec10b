ALTER TABLE public.diary DROP COLUMN day;
DROP TYPE public.day;
