ALTER TABLE public.words ALTER COLUMN word TYPE text COLLATE pg_catalog."C";
DROP COLLATION public.posix;
