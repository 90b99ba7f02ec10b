DROP EVENT TRIGGER watch;
DROP ROUTINE public.watch();
