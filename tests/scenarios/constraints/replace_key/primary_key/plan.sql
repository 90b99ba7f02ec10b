CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_orders_pkey_83f9d2bd ON public.orders USING btree (day, id);
ALTER TABLE public.orders DROP CONSTRAINT orders_pkey;
ALTER TABLE public.orders ADD CONSTRAINT orders_pkey PRIMARY KEY USING INDEX _zanith_helper_orders_pkey_83f9d2bd;
COMMENT ON CONSTRAINT orders_pkey ON public.orders IS 'what orders are called by';
