CREATE TABLE public.orders (
    id integer NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (id) WITH (fillfactor='80')
);
ALTER INDEX public.users_name_key SET (deduplicate_items='off');
ALTER INDEX public.users_pkey RESET (fillfactor);
