ALTER TYPE public.day DROP ATTRIBUTE mood, ADD ATTRIBUTE place text;
COMMENT ON COLUMN public.day.note IS 'As written';
ALTER TYPE public.place ALTER ATTRIBUTE lat TYPE double precision, ALTER ATTRIBUTE name TYPE text COLLATE pg_catalog."C", ADD ATTRIBUTE height real;
