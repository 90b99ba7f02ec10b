CREATE TABLE public.visit (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_pkey PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2020 PARTITION OF public.visit
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE public.visit_2022 PARTITION OF public.visit FOR VALUES FROM ('2022-01-01') TO ('2023-01-01') PARTITION BY HASH (id);
CREATE TABLE public.visit_2022_0 PARTITION OF public.visit_2022 FOR VALUES WITH (modulus 2, remainder 0);
CREATE INDEX visit_page ON public.visit (page);
