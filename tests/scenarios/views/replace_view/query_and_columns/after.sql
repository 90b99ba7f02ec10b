CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE VIEW public.totals AS
    SELECT id, total, note FROM public.orders WHERE total > 0
    WITH CASCADED CHECK OPTION;
ALTER VIEW public.totals ALTER COLUMN id SET DEFAULT 2;
ALTER VIEW public.totals ALTER COLUMN note SET DEFAULT 'none';
COMMENT ON COLUMN public.totals.total IS 'Net';
COMMENT ON COLUMN public.totals.note IS 'Free text';
