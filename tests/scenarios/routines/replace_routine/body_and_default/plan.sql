CREATE OR REPLACE FUNCTION public.net(numeric)
 RETURNS numeric
 LANGUAGE plpgsql
 STABLE
AS $function$ BEGIN RETURN $1 * 0.8; END $function$;
CREATE OR REPLACE AGGREGATE public.plus(integer) (
    SFUNC = int4pl,
    STYPE = integer,
    INITCOND = '0'
);
COMMENT ON ROUTINE public.net(numeric) IS 'Without any tax';
