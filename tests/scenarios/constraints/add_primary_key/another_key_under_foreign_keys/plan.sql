ALTER TABLE public.orders DROP CONSTRAINT orders_user;
ALTER TABLE public.users DROP CONSTRAINT users_pkey;
ALTER TABLE public.orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_pkey_297c6530 ON public.users USING btree (uid);
ALTER TABLE public.users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX _zanith_helper_users_pkey_297c6530;
ALTER TABLE public.users DROP CONSTRAINT users_uid_key;
