CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE FUNCTION public.net(amount numeric, rate numeric DEFAULT 0.2) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT amount * (1 - rate)';
CREATE FUNCTION public.many() RETURNS bigint LANGUAGE sql
    BEGIN ATOMIC SELECT count(*) FROM public.orders; END;
CREATE FUNCTION public.later() RETURNS TABLE (id integer, note text) LANGUAGE plpgsql STABLE
    SET work_mem = '16MB' AS $$ BEGIN RETURN QUERY SELECT o.id, o.note FROM public.orders AS o; END $$;
CREATE PROCEDURE public.clear(INOUT done integer) LANGUAGE plpgsql
    AS $$ BEGIN DELETE FROM public.orders; END $$;
CREATE FUNCTION public.place() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE STRICT
    AS 'window_row_number';
CREATE AGGREGATE public.plus(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE);
COMMENT ON FUNCTION public.net(numeric, numeric) IS 'Without tax';
COMMENT ON PROCEDURE public.clear(integer) IS 'Careful';
COMMENT ON AGGREGATE public.plus(integer) IS 'Sum';
