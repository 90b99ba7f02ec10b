ALTER TABLE public.users DROP CONSTRAINT users_id_key;
ALTER TABLE public.orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user;
