CREATE OR REPLACE PROCEDURE public.clear(INOUT done integer)
 LANGUAGE plpgsql
AS $procedure$ BEGIN DELETE FROM public.orders; END $procedure$;
COMMENT ON ROUTINE public.clear(integer) IS 'Careful';
CREATE OR REPLACE FUNCTION public.later()
 RETURNS TABLE(id integer, note text)
 LANGUAGE plpgsql
 STABLE
 SET work_mem TO '16MB'
AS $function$ BEGIN RETURN QUERY SELECT o.id, o.note FROM public.orders AS o; END $function$;
CREATE OR REPLACE FUNCTION public.many()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT count(*) AS count
    FROM public.orders;
END;
CREATE OR REPLACE FUNCTION public.net(amount numeric, rate numeric DEFAULT 0.2)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$SELECT amount * (1 - rate)$function$;
COMMENT ON ROUTINE public.net(numeric,numeric) IS 'Without tax';
CREATE OR REPLACE FUNCTION public.place()
 RETURNS bigint
 LANGUAGE internal
 WINDOW IMMUTABLE STRICT
AS $function$window_row_number$function$;
CREATE OR REPLACE AGGREGATE public.plus(integer) (
    SFUNC = int4pl,
    STYPE = integer,
    INITCOND = '0',
    PARALLEL = SAFE
);
COMMENT ON ROUTINE public.plus(integer) IS 'Sum';
