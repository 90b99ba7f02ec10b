CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE MATERIALIZED VIEW public.totals WITH (fillfactor = 70, toast.autovacuum_enabled = off) AS
    SELECT id, total, note FROM public.orders;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET COMPRESSION pglz;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET STATISTICS 500;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET (n_distinct = 50);
CREATE UNIQUE INDEX totals_id ON public.totals (id);
CREATE INDEX totals_note ON public.totals (lower(note)) WHERE total > 0;
COMMENT ON MATERIALIZED VIEW public.totals IS 'Refreshed at night';
COMMENT ON COLUMN public.totals.total IS 'Gross';
COMMENT ON INDEX public.totals_id IS 'For REFRESH CONCURRENTLY';
