CREATE TABLE public.visit_2021 (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_2021_pkey PRIMARY KEY (id, day)
);
ALTER TABLE public.visit_2021 ADD CONSTRAINT visit_site FOREIGN KEY (id) REFERENCES public.site(id) NOT VALID;
ALTER TABLE public.visit_2021 VALIDATE CONSTRAINT visit_site;
ALTER TABLE public.visit ATTACH PARTITION public.visit_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
