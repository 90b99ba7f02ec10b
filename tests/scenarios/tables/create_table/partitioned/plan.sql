CREATE TABLE public.visit (
    id bigint NOT NULL,
    day date NOT NULL,
    page text,
    CONSTRAINT visit_pkey PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE public.visit_2020 (
    id bigint CONSTRAINT visit_id_not_null NOT NULL,
    day date CONSTRAINT visit_day_not_null NOT NULL,
    page text,
    CONSTRAINT visit_2020_pkey PRIMARY KEY (id, day)
);
CREATE TABLE public.visit_2021 (
    id bigint CONSTRAINT visit_id_not_null NOT NULL,
    day date CONSTRAINT visit_day_not_null NOT NULL,
    page text,
    CONSTRAINT visit_2021_pkey PRIMARY KEY (id, day)
);
CREATE TABLE public.visit_2022 (
    id bigint CONSTRAINT visit_id_not_null NOT NULL,
    day date CONSTRAINT visit_day_not_null NOT NULL,
    page text,
    CONSTRAINT visit_2022_pkey PRIMARY KEY (id, day)
) PARTITION BY HASH (id);
CREATE TABLE public.visit_2022_0 (
    id bigint CONSTRAINT visit_id_not_null NOT NULL,
    day date CONSTRAINT visit_day_not_null NOT NULL,
    page text,
    CONSTRAINT visit_2022_0_pkey PRIMARY KEY (id, day)
);
CREATE INDEX visit_page ON ONLY public.visit USING btree (page);
CREATE INDEX CONCURRENTLY visit_2020_page_idx ON public.visit_2020 USING btree (page);
CREATE INDEX CONCURRENTLY visit_2021_page_idx ON public.visit_2021 USING btree (page);
CREATE INDEX visit_2022_page_idx ON ONLY public.visit_2022 USING btree (page);
CREATE INDEX CONCURRENTLY visit_2022_0_page_idx ON public.visit_2022_0 USING btree (page);
ALTER TABLE public.visit ATTACH PARTITION public.visit_2020 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE public.visit ATTACH PARTITION public.visit_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
ALTER TABLE public.visit ATTACH PARTITION public.visit_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
ALTER TABLE public.visit_2022 ATTACH PARTITION public.visit_2022_0 FOR VALUES WITH (modulus 2, remainder 0);
