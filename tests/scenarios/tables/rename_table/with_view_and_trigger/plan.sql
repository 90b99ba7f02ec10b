ALTER TABLE public.orders RENAME TO purchases;
ALTER TABLE public.purchases RENAME CONSTRAINT orders_id_not_null TO purchases_id_not_null;
