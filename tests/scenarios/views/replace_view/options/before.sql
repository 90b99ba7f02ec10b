CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE VIEW public.totals WITH (security_barrier) AS
    SELECT id, total FROM public.orders WHERE total > 0 WITH LOCAL CHECK OPTION;
