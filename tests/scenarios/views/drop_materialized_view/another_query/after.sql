CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE MATERIALIZED VIEW public.totals AS SELECT id, total FROM public.orders WHERE total > 0;
CREATE UNIQUE INDEX totals_id ON public.totals (id);
CREATE VIEW public.big AS SELECT * FROM public.totals WHERE total > 1000;
