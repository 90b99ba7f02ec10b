CREATE TABLE public.orders (id integer, place integer);
CREATE FUNCTION public.next_place() RETURNS integer LANGUAGE sql
    BEGIN ATOMIC SELECT count(orders.id)::integer FROM public.orders; END;
ALTER TABLE public.orders ALTER COLUMN place SET DEFAULT public.next_place();
CREATE FUNCTION public.is_whole(one public.orders) RETURNS boolean LANGUAGE sql
    AS 'SELECT one.id IS NOT NULL';
ALTER TABLE public.orders ADD CONSTRAINT whole CHECK (public.is_whole(orders));
