CREATE TABLE public.t (id integer NOT NULL, part integer, CONSTRAINT t_pkey PRIMARY KEY (id));
