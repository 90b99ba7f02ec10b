CREATE TABLE public.users (id integer, email text, region text) WITH (fillfactor = 90);
CREATE UNIQUE INDEX users_email ON public.users (email) INCLUDE (region);
ALTER TABLE public.users
    ADD CONSTRAINT users_email UNIQUE USING INDEX users_email DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT users_email ON public.users IS 'checked at the end';
COMMENT ON INDEX public.users_email IS 'one account each';
