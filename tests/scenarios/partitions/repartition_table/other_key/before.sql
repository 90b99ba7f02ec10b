CREATE TABLE public.events (id bigint NOT NULL, kind text NOT NULL, day date NOT NULL, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE public.events_a PARTITION OF public.events FOR VALUES IN ('a');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
INSERT INTO public.events VALUES (1, 'a', '2026-01-01'), (2, 'b', '2026-02-01');
