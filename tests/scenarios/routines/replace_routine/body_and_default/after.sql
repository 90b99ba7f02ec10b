CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE FUNCTION public.net(numeric) RETURNS numeric LANGUAGE plpgsql STABLE
    AS $$ BEGIN RETURN $1 * 0.8; END $$;
CREATE AGGREGATE public.plus(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE VIEW public.totals AS SELECT public.net(total) AS net FROM public.orders;
COMMENT ON FUNCTION public.net(numeric) IS 'Without any tax';
