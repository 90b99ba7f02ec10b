CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE FUNCTION public.net(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE public.plus(integer) (SFUNC = int4pl, STYPE = integer);
CREATE VIEW public.totals AS SELECT public.net(total) AS net FROM public.orders;
COMMENT ON FUNCTION public.net(numeric) IS 'Without tax';
