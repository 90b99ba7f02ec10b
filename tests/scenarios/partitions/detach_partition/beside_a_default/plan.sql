ALTER TABLE public.visit DETACH PARTITION public.visit_2021;
