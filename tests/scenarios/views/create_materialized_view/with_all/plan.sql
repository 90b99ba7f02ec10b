CREATE MATERIALIZED VIEW public.totals WITH (fillfactor='70', toast.autovacuum_enabled='off') AS
 SELECT id,
    total,
    note
   FROM public.orders;
COMMENT ON MATERIALIZED VIEW public.totals IS 'Refreshed at night';
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET STATISTICS 500;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET (n_distinct='50');
COMMENT ON COLUMN public.totals.total IS 'Gross';
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET COMPRESSION pglz;
CREATE UNIQUE INDEX CONCURRENTLY totals_id ON public.totals USING btree (id);
COMMENT ON INDEX public.totals_id IS 'For REFRESH CONCURRENTLY';
CREATE INDEX CONCURRENTLY totals_note ON public.totals USING btree (lower(note)) WHERE (total > (0)::numeric);
