CREATE INDEX CONCURRENTLY visit_2021_page_idx ON public.visit_2021 USING btree (page);
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2021_page_idx;
