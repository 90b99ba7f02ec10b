CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE MATERIALIZED VIEW public.totals WITH (fillfactor = 70) AS
    SELECT id, total, note FROM public.orders;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET STATISTICS 500;
