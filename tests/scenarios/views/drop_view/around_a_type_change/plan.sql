DROP VIEW public.big;
DROP VIEW public.totals;
ALTER TABLE public.orders ALTER COLUMN total TYPE numeric(12,4);
CREATE VIEW public.totals AS
 SELECT id,
    total
   FROM public.orders;
CREATE VIEW public.big AS
 SELECT total
   FROM public.totals
  WHERE (total > (1000)::numeric);
COMMENT ON VIEW public.big IS 'Large ones';
CREATE TRIGGER stamp INSTEAD OF UPDATE ON public.totals FOR EACH ROW EXECUTE FUNCTION public.stamp();
