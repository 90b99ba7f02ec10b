CREATE TABLE public.made (
    id integer NOT NULL,
    CONSTRAINT made_pkey PRIMARY KEY (id)
);
ALTER INDEX public.by_id RENAME TO t_by_id;
ALTER TABLE public.made REPLICA IDENTITY FULL;
