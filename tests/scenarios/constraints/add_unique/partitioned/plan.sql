ALTER TABLE ONLY public.visit ADD CONSTRAINT visit_page UNIQUE (page, day);
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_visit_page_83f9d2bd_1 ON public.visit_2020 USING btree (page, day);
ALTER TABLE public.visit_2020 ADD CONSTRAINT visit_2020_page_day_key UNIQUE USING INDEX _zanith_helper_visit_page_83f9d2bd_1;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_visit_page_83f9d2bd_2 ON public.visit_2021 USING btree (page, day);
ALTER TABLE public.visit_2021 ADD CONSTRAINT visit_2021_page_day_key UNIQUE USING INDEX _zanith_helper_visit_page_83f9d2bd_2;
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2020_page_day_key;
ALTER INDEX public.visit_page ATTACH PARTITION public.visit_2021_page_day_key;
