CREATE TABLE public.visit (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_pkey PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE INDEX visit_page ON public.visit (page);
CREATE TABLE public.visit_2020 PARTITION OF public.visit
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
INSERT INTO public.visit SELECT n, date '2020-01-01' + n, 'page ' || n FROM generate_series(1, 20) AS n;
CREATE TABLE public.visit_2021 (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_2021_pkey PRIMARY KEY (id, day)
);
CREATE INDEX visit_2021_page_idx ON public.visit_2021 (page);
INSERT INTO public.visit_2021 SELECT n, date '2021-01-01' + n, 'page ' || n FROM generate_series(1, 20) AS n;
