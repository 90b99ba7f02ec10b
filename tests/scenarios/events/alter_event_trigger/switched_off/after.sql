CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON sql_drop EXECUTE FUNCTION public.watch();
ALTER EVENT TRIGGER watch DISABLE;
CREATE EVENT TRIGGER "On" ON sql_drop EXECUTE FUNCTION public.watch();
