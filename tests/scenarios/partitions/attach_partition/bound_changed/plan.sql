ALTER TABLE public.visit DETACH PARTITION public.visit_2020 CONCURRENTLY;
ALTER TABLE public.visit_2020 DROP CONSTRAINT IF EXISTS visit_2020_day_check;
ALTER TABLE public.visit_2020 DROP CONSTRAINT visit_2020_pkey;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_visit_2020_pkey_9bd256ac ON public.visit_2020 USING btree (id, day);
ALTER TABLE public.visit_2020 ADD CONSTRAINT visit_2020_pkey PRIMARY KEY USING INDEX _zanith_helper_visit_2020_pkey_9bd256ac;
ALTER TABLE public.visit_2020 ADD CONSTRAINT _zanith_helper_visit_2020_297c6530 CHECK (day IS NOT NULL AND day >= '2020-01-01' AND day < '2022-01-01') NOT VALID;
ALTER TABLE public.visit_2020 VALIDATE CONSTRAINT _zanith_helper_visit_2020_297c6530;
ALTER TABLE public.visit ATTACH PARTITION public.visit_2020 FOR VALUES FROM ('2020-01-01') TO ('2022-01-01');
ALTER TABLE public.visit_2020 DROP CONSTRAINT _zanith_helper_visit_2020_297c6530;
