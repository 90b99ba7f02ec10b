CREATE TABLE public.site (id bigint, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE public.site_2020 PARTITION OF public.site FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.visit (id bigint, day date, page text) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2020 PARTITION OF public.visit FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE public.visit ADD CONSTRAINT visit_site FOREIGN KEY (id, day) REFERENCES public.site (id, day);
CREATE TABLE public.visit_2021 (id bigint, day date, page text);
ALTER TABLE public.visit_2021 ADD CONSTRAINT visit_site FOREIGN KEY (id, day) REFERENCES public.site (id, day);
