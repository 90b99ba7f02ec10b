CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE MATERIALIZED VIEW public.totals WITH (fillfactor = 80, autovacuum_enabled = off) AS
    SELECT id, total, note FROM public.orders;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET COMPRESSION pglz;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET (n_distinct = 50);
