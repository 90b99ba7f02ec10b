CREATE TABLE public.orders (
    id integer,
    place integer
);
CREATE OR REPLACE FUNCTION public.is_whole(one public.orders)
 RETURNS boolean
 LANGUAGE sql
AS $function$SELECT one.id IS NOT NULL$function$;
CREATE OR REPLACE FUNCTION public.next_place()
 RETURNS integer
 LANGUAGE sql
BEGIN ATOMIC
 SELECT (count(orders.id))::integer AS count
    FROM public.orders;
END;
ALTER TABLE public.orders ALTER COLUMN place SET DEFAULT public.next_place();
ALTER TABLE public.orders ADD CONSTRAINT whole CHECK (public.is_whole(orders.*)) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT whole;
