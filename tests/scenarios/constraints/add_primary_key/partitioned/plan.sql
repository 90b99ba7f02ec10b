ALTER TABLE ONLY public.visit ADD CONSTRAINT visit_pkey PRIMARY KEY (id, day);
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_visit_pkey_83f9d2bd_1 ON public.visit_2020 USING btree (id, day);
ALTER TABLE public.visit_2020 ADD CONSTRAINT visit_2020_pkey PRIMARY KEY USING INDEX _zanith_helper_visit_pkey_83f9d2bd_1;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_visit_pkey_83f9d2bd_2 ON public.visit_2021 USING btree (id, day);
ALTER TABLE public.visit_2021 ADD CONSTRAINT visit_2021_pkey PRIMARY KEY USING INDEX _zanith_helper_visit_pkey_83f9d2bd_2;
ALTER INDEX public.visit_pkey ATTACH PARTITION public.visit_2020_pkey;
ALTER INDEX public.visit_pkey ATTACH PARTITION public.visit_2021_pkey;
