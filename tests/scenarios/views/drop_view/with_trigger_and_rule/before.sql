CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;

CREATE VIEW public.totals AS SELECT id, total FROM public.orders;
CREATE TRIGGER stamp INSTEAD OF UPDATE ON public.totals
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE RULE nothing AS ON DELETE TO public.totals DO INSTEAD NOTHING;
COMMENT ON TRIGGER stamp ON public.totals IS 'Keeps the time';
