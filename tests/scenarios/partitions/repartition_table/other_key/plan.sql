LOCK TABLE public.events IN ACCESS EXCLUSIVE MODE;
ALTER TABLE public.events RENAME CONSTRAINT events_pkey TO _zanith_helper_events_pkey_83f9d2bd;
ALTER TABLE public.events RENAME TO _zanith_helper_events_83f9d2bd;
CREATE TABLE public.events (
    id bigint CONSTRAINT events_id_not_null NOT NULL,
    kind text CONSTRAINT events_kind_not_null NOT NULL,
    day date CONSTRAINT events_day_not_null NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id, kind)
);
INSERT INTO public.events (id, kind, day) OVERRIDING SYSTEM VALUE SELECT id, kind, day FROM public._zanith_helper_events_83f9d2bd;
DROP TABLE public._zanith_helper_events_83f9d2bd;
ALTER TABLE public.events DROP CONSTRAINT events_pkey;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_events_pkey_9bd256ac ON public.events USING btree (id, day);
ALTER TABLE public.events ADD CONSTRAINT events_pkey PRIMARY KEY USING INDEX _zanith_helper_events_pkey_9bd256ac;
LOCK TABLE public.events IN ACCESS EXCLUSIVE MODE;
ALTER TABLE public.events RENAME CONSTRAINT events_pkey TO _zanith_helper_events_pkey_297c6530;
ALTER TABLE public.events RENAME TO _zanith_helper_events_297c6530;
CREATE TABLE public.events (
    id bigint CONSTRAINT events_id_not_null NOT NULL,
    kind text CONSTRAINT events_kind_not_null NOT NULL,
    day date CONSTRAINT events_day_not_null NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id, day)
) PARTITION BY HASH (id);
CREATE TABLE public.events_0 (
    id bigint CONSTRAINT events_id_not_null NOT NULL,
    kind text CONSTRAINT events_kind_not_null NOT NULL,
    day date CONSTRAINT events_day_not_null NOT NULL,
    CONSTRAINT events_0_pkey PRIMARY KEY (id, day)
);
CREATE TABLE public.events_rest (
    id bigint CONSTRAINT events_id_not_null NOT NULL,
    kind text CONSTRAINT events_kind_not_null NOT NULL,
    day date CONSTRAINT events_day_not_null NOT NULL,
    CONSTRAINT events_rest_pkey PRIMARY KEY (id, day)
);
ALTER TABLE public.events ATTACH PARTITION public.events_0 FOR VALUES WITH (modulus 2, remainder 0);
ALTER TABLE public.events ATTACH PARTITION public.events_rest FOR VALUES WITH (modulus 2, remainder 1);
INSERT INTO public.events (id, kind, day) OVERRIDING SYSTEM VALUE SELECT id, kind, day FROM public._zanith_helper_events_297c6530;
DROP TABLE public._zanith_helper_events_297c6530;
