CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION public.watch();
COMMENT ON EVENT TRIGGER watch IS 'Who dropped what';
