CREATE TABLE public.invoices (
    id integer NOT NULL,
    order_owner integer,
    CONSTRAINT invoices_pkey PRIMARY KEY (id)
);
CREATE TABLE public.orders (
    user_id integer,
    invoice integer
);
ALTER TABLE public.orders ADD CONSTRAINT orders_invoice_fkey FOREIGN KEY (invoice) REFERENCES public.invoices(id) NOT VALID;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_uid_key_297c6530 ON public.users USING btree (uid);
ALTER TABLE public.users ADD CONSTRAINT users_uid_key UNIQUE USING INDEX _zanith_helper_users_uid_key_297c6530;
ALTER TABLE public.invoices ADD CONSTRAINT invoices_order_owner_fkey FOREIGN KEY (order_owner) REFERENCES public.users(uid) NOT VALID;
ALTER TABLE public.invoices VALIDATE CONSTRAINT invoices_order_owner_fkey;
ALTER TABLE public.orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(uid) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user_id_fkey;
