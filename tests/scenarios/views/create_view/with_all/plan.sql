CREATE OR REPLACE FUNCTION public.zero()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 0$function$;
CREATE VIEW public.totals WITH (security_barrier='true', check_option='local') AS
 SELECT id,
    total
   FROM public.orders
  WHERE (total > (0)::numeric);
COMMENT ON VIEW public.totals IS 'What was earned';
ALTER VIEW public.totals ALTER COLUMN total SET DEFAULT public.zero();
COMMENT ON COLUMN public.totals.total IS 'Gross';
CREATE VIEW public."Big ""Totals" AS
 SELECT id,
    total
   FROM public.totals
  WHERE (total > (1000)::numeric);
