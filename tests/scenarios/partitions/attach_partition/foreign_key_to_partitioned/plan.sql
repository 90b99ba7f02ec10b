CREATE TABLE public.visit_2020 (
    id bigint,
    day date,
    page text
);
ALTER TABLE public.visit_2021 ADD CONSTRAINT visit_site FOREIGN KEY (id, day) REFERENCES public.site(id, day) NOT VALID;
ALTER TABLE public.visit_2021 VALIDATE CONSTRAINT visit_site;
ALTER TABLE public.visit ATTACH PARTITION public.visit_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE public.visit_2021 ADD CONSTRAINT _zanith_helper_visit_2021_297c6530 CHECK (day IS NOT NULL AND day >= '2021-01-01' AND day < '2022-01-01') NOT VALID;
ALTER TABLE public.visit_2021 VALIDATE CONSTRAINT _zanith_helper_visit_2021_297c6530;
ALTER TABLE public.visit ATTACH PARTITION public.visit_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
ALTER TABLE public.visit_2021 DROP CONSTRAINT _zanith_helper_visit_2021_297c6530;
