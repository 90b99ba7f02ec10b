CREATE TRANSFORM FOR public.mood LANGUAGE plother (FROM SQL WITH FUNCTION prsd_lextype(internal));
