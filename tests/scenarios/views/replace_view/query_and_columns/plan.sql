CREATE OR REPLACE VIEW public.totals WITH (check_option='cascaded') AS
 SELECT id,
    total,
    note
   FROM public.orders
  WHERE (total > (0)::numeric);
ALTER TABLE public.totals ALTER COLUMN id SET DEFAULT 2;
COMMENT ON COLUMN public.totals.note IS 'Free text';
ALTER TABLE public.totals ALTER COLUMN note SET DEFAULT 'none'::text;
COMMENT ON COLUMN public.totals.total IS 'Net';
