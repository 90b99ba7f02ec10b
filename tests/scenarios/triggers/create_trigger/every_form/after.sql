CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;
CREATE TABLE public.lines (id integer);
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF total, note ON public.orders
    FOR EACH ROW WHEN (new.total > 0) EXECUTE FUNCTION public.stamp('a', 'b''c');
CREATE TRIGGER after_statement AFTER UPDATE ON public.orders
    REFERENCING OLD TABLE AS was NEW TABLE AS becomes
    FOR EACH STATEMENT EXECUTE FUNCTION public.stamp();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON public.orders FROM public.lines
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE TRIGGER empties AFTER TRUNCATE ON public.orders EXECUTE FUNCTION public.stamp();
CREATE VIEW public.totals AS SELECT id, total FROM public.orders;
CREATE TRIGGER instead INSTEAD OF INSERT ON public.totals
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
ALTER TABLE public.orders DISABLE TRIGGER before_row;
ALTER TABLE public.orders ENABLE REPLICA TRIGGER after_statement;
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER empties;
COMMENT ON TRIGGER before_row ON public.orders IS 'Keeps the time';
