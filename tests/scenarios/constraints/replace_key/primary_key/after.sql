CREATE TABLE public.orders (id integer NOT NULL, day date NOT NULL, note text, CONSTRAINT orders_pkey PRIMARY KEY (day, id));
COMMENT ON CONSTRAINT orders_pkey ON public.orders IS 'what orders are called by';
