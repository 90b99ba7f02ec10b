CREATE COLLATION public.mixed (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
CREATE COLLATION public.posix (provider = libc, locale = 'POSIX');
COMMENT ON COLLATION public.posix IS 'By code';
ALTER TABLE public.words ALTER COLUMN word TYPE text COLLATE public.posix;
