CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;
CREATE TABLE public.orders (id integer PRIMARY KEY, total integer);
CREATE TABLE public.log (id integer);
CREATE VIEW public.pairs AS SELECT a.id, b.total FROM public.orders AS a JOIN public.orders AS b ON a.id = b.id;
CREATE TRIGGER stamp BEFORE UPDATE OF total ON public.orders
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE RULE logged AS ON INSERT TO public.orders DO ALSO INSERT INTO public.log VALUES (new.id);
