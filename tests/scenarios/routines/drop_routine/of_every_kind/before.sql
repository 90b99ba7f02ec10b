CREATE FUNCTION public.net(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount';
CREATE PROCEDURE public.clear() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE public.plus(integer) (SFUNC = int4pl, STYPE = integer);
COMMENT ON FUNCTION public.net(numeric) IS 'Without tax';
