CREATE FUNCTION public.score(id integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 1::bigint';
CREATE TABLE public.orders (
    id integer DEFAULT public.score(1),
    rank integer GENERATED ALWAYS AS (public.score(id)) STORED,
    CONSTRAINT scored CHECK (public.score(id) > 0)
);
CREATE INDEX orders_score ON public.orders (public.score(id));
CREATE POLICY scored ON public.orders USING (public.score(id) > 0);
CREATE FUNCTION public.stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN new; END $$;

CREATE TRIGGER stamp BEFORE UPDATE ON public.orders FOR EACH ROW
    WHEN (public.score(new.id) > 1) EXECUTE FUNCTION public.stamp();
CREATE RULE scored AS ON DELETE TO public.orders WHERE public.score(old.id) > 3 DO INSTEAD NOTHING;
CREATE VIEW public.scores AS SELECT public.score(id) AS score FROM public.orders;
