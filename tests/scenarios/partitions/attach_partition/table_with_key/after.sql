CREATE TABLE public.visit (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_pkey PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE INDEX visit_page ON public.visit (page);
CREATE TABLE public.visit_2020 PARTITION OF public.visit
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.visit_2021 PARTITION OF public.visit
    FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
