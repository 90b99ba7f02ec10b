CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;

CREATE VIEW public.totals AS SELECT id, total FROM public.orders;
CREATE VIEW public.big AS SELECT total FROM public.totals WHERE total > 1000;
CREATE TRIGGER stamp INSTEAD OF UPDATE ON public.totals
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
COMMENT ON VIEW public.big IS 'Large ones';
