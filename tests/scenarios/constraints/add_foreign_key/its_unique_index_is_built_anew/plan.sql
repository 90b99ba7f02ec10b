ALTER TABLE public.orders DROP CONSTRAINT orders_user;
DROP INDEX CONCURRENTLY public.users_id;
CREATE UNIQUE INDEX CONCURRENTLY users_id ON public.users USING btree (id);
ALTER TABLE public.orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user;
