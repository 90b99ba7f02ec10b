ALTER TABLE public.visit DETACH PARTITION public.visit_2020;
ALTER TABLE public.visit DETACH PARTITION public.visit_2021;
DROP TABLE public.visit_2020;
DROP TABLE public.visit_2021;
DROP TABLE public.visit;
