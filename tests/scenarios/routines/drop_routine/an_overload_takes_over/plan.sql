DROP VIEW public.totals;
DROP ROUTINE public.net(numeric);
CREATE OR REPLACE FUNCTION public.net(amount numeric, rate numeric DEFAULT 0.2)
 RETURNS numeric
 LANGUAGE sql
AS $function$SELECT amount * (1 - rate)$function$;
CREATE VIEW public.totals AS
 SELECT public.net(total) AS net
   FROM public.orders;
