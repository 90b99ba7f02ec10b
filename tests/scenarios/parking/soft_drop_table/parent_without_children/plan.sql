ALTER TABLE public.orders NO INHERIT public.all_orders;
ALTER TABLE public.all_orders RENAME CONSTRAINT all_orders_id_not_null TO _zanith_dropped_all_orders_id_not_null_e66d0980;
ALTER TABLE public.all_orders RENAME TO _zanith_dropped_all_orders_e66d0980;
