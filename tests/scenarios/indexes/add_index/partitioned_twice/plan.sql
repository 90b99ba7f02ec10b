CREATE INDEX visit_page ON ONLY public.visit USING btree (page);
CREATE INDEX CONCURRENTLY visit_2020_page_idx ON public.visit_2020 USING btree (page);
CREATE INDEX visit_2022_page_idx ON ONLY public.visit_2022 USING btree (page);
CREATE INDEX CONCURRENTLY visit_2022_0_page_idx ON public.visit_2022_0 USING btree (page);
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2020_page_idx;
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2022_page_idx;
ALTER INDEX public.visit_2022_page_idx ATTACH PARTITION public.visit_2022_0_page_idx;
