CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;

CREATE TRIGGER replaced AFTER UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON public.orders DEFERRABLE FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE TRIGGER switched BEFORE DELETE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.stamp();
ALTER TABLE public.orders DISABLE TRIGGER replaced;
COMMENT ON TRIGGER replaced ON public.orders IS 'Keeps the time';
COMMENT ON TRIGGER late ON public.orders IS 'Waits';
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER switched;
