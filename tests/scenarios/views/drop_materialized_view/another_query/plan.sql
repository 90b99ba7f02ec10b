DROP VIEW public.big;
DROP MATERIALIZED VIEW public.totals;
CREATE MATERIALIZED VIEW public.totals AS
 SELECT id,
    total
   FROM public.orders
  WHERE (total > (0)::numeric);
CREATE UNIQUE INDEX CONCURRENTLY totals_id ON public.totals USING btree (id);
CREATE VIEW public.big AS
 SELECT id,
    total
   FROM public.totals
  WHERE (total > (1000)::numeric);
