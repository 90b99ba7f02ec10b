DROP INDEX CONCURRENTLY public.words_word_idx;
ALTER COLLATION public.byte RENAME TO _zanith_helper_byte_e66d0980;
CREATE COLLATION public.byte (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
ALTER TABLE public.words ALTER COLUMN word TYPE text COLLATE public.byte;
DROP COLLATION public._zanith_helper_byte_e66d0980;
CREATE INDEX CONCURRENTLY words_word_idx ON public.words USING btree (word);
