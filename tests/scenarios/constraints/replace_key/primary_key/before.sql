CREATE TABLE public.orders (id integer, day date NOT NULL, note text, CONSTRAINT orders_pkey PRIMARY KEY (id));
COMMENT ON CONSTRAINT orders_pkey ON public.orders IS 'what orders are called by';
INSERT INTO public.orders VALUES (1, '2026-01-01');
