ALTER TABLE public.orders ADD COLUMN customer_reference text;
CREATE OR REPLACE VIEW public.open_orders AS
 SELECT id,
    customer_reference AS reference
   FROM public.orders
  WHERE (state = 'open'::text);
ALTER TABLE public.orders RENAME COLUMN reference TO _zanith_dropped_reference_9bd256ac;
