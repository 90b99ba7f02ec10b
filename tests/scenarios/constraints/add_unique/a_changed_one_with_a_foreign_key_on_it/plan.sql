ALTER TABLE public.orders DROP CONSTRAINT orders_user;
ALTER TABLE public.users DROP CONSTRAINT users_id;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_id_9bd256ac ON public.users USING btree (id) INCLUDE (note);
ALTER TABLE public.users ADD CONSTRAINT users_id UNIQUE USING INDEX _zanith_helper_users_id_9bd256ac;
ALTER TABLE public.orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user;
