CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;
CREATE TABLE public.purchases (id integer CONSTRAINT orders_pkey PRIMARY KEY, total integer);
CREATE TABLE public.log (id integer);
CREATE VIEW public.pairs AS SELECT a.id, b.total FROM public.purchases AS a JOIN public.purchases AS b ON a.id = b.id;
CREATE TRIGGER stamp BEFORE UPDATE OF total ON public.purchases
    FOR EACH ROW EXECUTE FUNCTION public.stamp();
CREATE RULE logged AS ON INSERT TO public.purchases DO ALSO INSERT INTO public.log VALUES (new.id);
