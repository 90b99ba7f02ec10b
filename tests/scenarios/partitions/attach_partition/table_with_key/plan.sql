ALTER TABLE public.visit_2021 RENAME CONSTRAINT visit_2021_day_not_null TO visit_day_not_null;
ALTER TABLE public.visit_2021 RENAME CONSTRAINT visit_2021_id_not_null TO visit_id_not_null;
ALTER TABLE public.visit_2021 ADD CONSTRAINT _zanith_helper_visit_2021_9bd256ac CHECK (day IS NOT NULL AND day >= '2021-01-01' AND day < '2022-01-01') NOT VALID;
ALTER TABLE public.visit_2021 VALIDATE CONSTRAINT _zanith_helper_visit_2021_9bd256ac;
ALTER TABLE public.visit ATTACH PARTITION public.visit_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
ALTER TABLE public.visit_2021 DROP CONSTRAINT _zanith_helper_visit_2021_9bd256ac;
