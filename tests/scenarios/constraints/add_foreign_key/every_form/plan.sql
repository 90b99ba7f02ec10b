ALTER TABLE public.orders ADD CONSTRAINT orders_parent FOREIGN KEY (parent) REFERENCES public.orders(id) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_parent;
ALTER TABLE public.orders ADD CONSTRAINT orders_tenant FOREIGN KEY (tenant, "User") REFERENCES public.users(tenant, name) MATCH FULL DEFERRABLE INITIALLY DEFERRED NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_tenant;
ALTER TABLE public.orders ADD CONSTRAINT orders_unchecked FOREIGN KEY (id) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES public.users(id) ON UPDATE CASCADE ON DELETE SET NULL NOT VALID;
COMMENT ON CONSTRAINT orders_user ON public.orders IS 'who bought';
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_user;
