CREATE TABLE public.u (
    id integer NOT NULL,
    CONSTRAINT u_pkey PRIMARY KEY (id)
);
COMMENT ON INDEX public.u_pkey IS 'of a new table';
COMMENT ON INDEX public.t_a IS NULL;
COMMENT ON INDEX public.t_pkey IS 'the key''s';
