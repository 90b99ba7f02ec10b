CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE VIEW public.totals WITH (security_barrier) AS SELECT id, total FROM public.orders;
ALTER VIEW public.totals ALTER COLUMN id SET DEFAULT 1;
COMMENT ON COLUMN public.totals.total IS 'Gross';
