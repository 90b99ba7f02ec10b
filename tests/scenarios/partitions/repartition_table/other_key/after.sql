CREATE TABLE public.events (id bigint NOT NULL, kind text NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY HASH (id);
CREATE TABLE public.events_0 PARTITION OF public.events FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.events_rest PARTITION OF public.events FOR VALUES WITH (MODULUS 2, REMAINDER 1);
