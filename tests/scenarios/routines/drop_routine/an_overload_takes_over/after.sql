CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE FUNCTION public.net(amount numeric, rate numeric DEFAULT 0.2) RETURNS numeric
    LANGUAGE sql AS 'SELECT amount * (1 - rate)';
CREATE VIEW public.totals AS SELECT public.net(total) AS net FROM public.orders;
