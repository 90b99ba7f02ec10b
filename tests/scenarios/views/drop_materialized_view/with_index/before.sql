CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE MATERIALIZED VIEW public.totals AS SELECT id, total FROM public.orders;
CREATE UNIQUE INDEX totals_id ON public.totals (id);
COMMENT ON COLUMN public.totals.total IS 'Gross';
