ALTER VIEW public.v RENAME TO small;
ALTER MATERIALIZED VIEW public.m RENAME TO sums;
CREATE OR REPLACE VIEW public.w AS
 SELECT id
   FROM public.small v;
