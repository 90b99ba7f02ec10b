CREATE INDEX CONCURRENTLY by_upper ON public.t USING btree (upper(a));
ALTER INDEX public.by_a SET (fillfactor=80, deduplicate_items=off);
ALTER INDEX public.by_b RESET (fastupdate);
ALTER INDEX public.by_lower ALTER COLUMN 1 SET STATISTICS 400;
ALTER INDEX public.by_upper ALTER COLUMN 1 SET STATISTICS 40;
