CREATE VIEW public.totals AS
 SELECT id,
    total
   FROM public.orders;
CREATE TRIGGER after_statement AFTER UPDATE ON public.orders REFERENCING OLD TABLE AS was NEW TABLE AS becomes FOR EACH STATEMENT EXECUTE FUNCTION public.stamp();
ALTER TABLE public.orders ENABLE REPLICA TRIGGER after_statement;
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF total, note ON public.orders FOR EACH ROW WHEN ((new.total > (0)::numeric)) EXECUTE FUNCTION public.stamp('a', 'b''c');
ALTER TABLE public.orders DISABLE TRIGGER before_row;
COMMENT ON TRIGGER before_row ON public.orders IS 'Keeps the time';
CREATE TRIGGER empties AFTER TRUNCATE ON public.orders FOR EACH STATEMENT EXECUTE FUNCTION public.stamp();
ALTER TABLE public.orders ENABLE ALWAYS TRIGGER empties;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON public.orders FROM public.lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE TRIGGER instead INSTEAD OF INSERT ON public.totals FOR EACH ROW EXECUTE FUNCTION public.stamp();
