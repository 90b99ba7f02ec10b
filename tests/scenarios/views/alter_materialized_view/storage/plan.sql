ALTER MATERIALIZED VIEW public.totals SET (fillfactor='80', autovacuum_enabled='off');
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET STATISTICS -1;
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN total SET (n_distinct='50');
ALTER MATERIALIZED VIEW public.totals ALTER COLUMN note SET COMPRESSION pglz;
