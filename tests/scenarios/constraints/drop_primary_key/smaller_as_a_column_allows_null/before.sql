CREATE TABLE public.t (id integer, part integer, CONSTRAINT t_pkey PRIMARY KEY (id, part));
