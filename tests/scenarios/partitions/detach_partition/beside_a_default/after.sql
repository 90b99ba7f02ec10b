CREATE TABLE public.visit (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_pkey PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2020 PARTITION OF public.visit
    FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
INSERT INTO public.visit SELECT n, date '2020-01-01' + n, 'page ' || n FROM generate_series(1, 20) AS n;
CREATE TABLE public.visit_2021 PARTITION OF public.visit
    FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE public.visit_rest PARTITION OF public.visit DEFAULT;
ALTER TABLE public.visit DETACH PARTITION public.visit_2021;
