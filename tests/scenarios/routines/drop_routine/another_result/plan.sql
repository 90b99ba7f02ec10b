DROP POLICY scored ON public.orders;
DROP TRIGGER stamp ON public.orders;
DROP RULE scored ON public.orders;
DROP VIEW public.scores;
DROP INDEX CONCURRENTLY public.orders_score;
ALTER TABLE public.orders DROP CONSTRAINT scored;
ALTER TABLE public.orders ALTER COLUMN id DROP DEFAULT;
ALTER TABLE public.orders DROP COLUMN rank;
DROP ROUTINE public.score(integer);
CREATE OR REPLACE FUNCTION public.score(id integer)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1::bigint$function$;
ALTER TABLE public.orders ADD COLUMN rank integer GENERATED ALWAYS AS (public.score(id)) STORED;
CREATE INDEX CONCURRENTLY orders_score ON public.orders USING btree (public.score(id));
CREATE VIEW public.scores AS
 SELECT public.score(id) AS score
   FROM public.orders;
CREATE RULE scored AS
    ON DELETE TO public.orders
   WHERE (public.score(old.id) > 3) DO INSTEAD NOTHING;
CREATE TRIGGER stamp BEFORE UPDATE ON public.orders FOR EACH ROW WHEN ((public.score(new.id) > 1)) EXECUTE FUNCTION public.stamp();
CREATE POLICY scored ON public.orders AS PERMISSIVE FOR ALL TO PUBLIC USING ((public.score(id) > 0));
ALTER TABLE public.orders ALTER COLUMN id SET DEFAULT public.score(1);
ALTER TABLE public.orders ADD CONSTRAINT scored CHECK ((public.score(id) > 0)) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT scored;
