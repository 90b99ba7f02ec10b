CREATE INDEX visit_page ON ONLY public.visit USING btree (page);
CREATE INDEX CONCURRENTLY visit_2020_page_idx ON public.visit_2020 USING btree (page);
CREATE INDEX CONCURRENTLY visit_2021_page_idx ON public.visit_2021 USING btree (page);
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2020_page_idx;
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2021_page_idx;
