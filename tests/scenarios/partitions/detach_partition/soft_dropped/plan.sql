ALTER TABLE public.visit DETACH PARTITION public.visit_2021 CONCURRENTLY;
ALTER TABLE public.visit_2021 DROP CONSTRAINT IF EXISTS visit_2021_day_check;
ALTER TABLE public.visit_2021 RENAME CONSTRAINT visit_2021_pkey TO _zanith_dropped_visit_2021_pkey_e66d0980;
ALTER TABLE public.visit_2021 RENAME CONSTRAINT visit_id_not_null TO _zanith_dropped_visit_id_not_null_e66d0980;
ALTER TABLE public.visit_2021 RENAME CONSTRAINT visit_day_not_null TO _zanith_dropped_visit_day_not_null_e66d0980;
ALTER TABLE public.visit_2021 RENAME TO _zanith_dropped_visit_2021_e66d0980;
