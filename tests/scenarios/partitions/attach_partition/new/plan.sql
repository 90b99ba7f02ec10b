CREATE TABLE public.visit_2021 (
    id bigint CONSTRAINT visit_id_not_null NOT NULL,
    day date CONSTRAINT visit_day_not_null NOT NULL,
    page text,
    CONSTRAINT visit_2021_pkey PRIMARY KEY (id, day)
);
CREATE INDEX CONCURRENTLY visit_2021_page_idx ON public.visit_2021 USING btree (page);
ALTER TABLE public.visit ATTACH PARTITION public.visit_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
