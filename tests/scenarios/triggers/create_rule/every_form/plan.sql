CREATE VIEW public.totals AS
 SELECT id,
    total
   FROM public.orders;
CREATE RULE kept AS
    ON DELETE TO public.orders
   WHERE (old.total > (0)::numeric) DO INSTEAD NOTHING;
ALTER TABLE public.orders DISABLE RULE kept;
CREATE RULE logged AS
    ON INSERT TO public.orders DO ( INSERT INTO public.log (id)
  VALUES (new.id);
 UPDATE public.log SET id = 3;
 DELETE FROM public.log
  WHERE (log.id = 2);
);
COMMENT ON RULE logged ON public.orders IS 'For the audit';
CREATE RULE through AS
    ON UPDATE TO public.totals DO INSTEAD  UPDATE public.orders SET total = new.total
  WHERE (orders.id = old.id);
