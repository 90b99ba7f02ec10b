CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE TABLE public.log (id integer);

CREATE RULE logged AS ON INSERT TO public.orders
    DO ALSO (INSERT INTO public.log VALUES (new.id); UPDATE public.log SET id = 3; DELETE FROM public.log WHERE id = 2);
CREATE RULE kept AS ON DELETE TO public.orders WHERE old.total > 0 DO INSTEAD NOTHING;
ALTER TABLE public.orders DISABLE RULE kept;
CREATE VIEW public.totals AS SELECT id, total FROM public.orders;
CREATE RULE through AS ON UPDATE TO public.totals
    DO INSTEAD UPDATE public.orders SET total = new.total WHERE orders.id = old.id;
COMMENT ON RULE logged ON public.orders IS 'For the audit';
