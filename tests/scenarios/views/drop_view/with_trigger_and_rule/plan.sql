DROP VIEW public.totals;
