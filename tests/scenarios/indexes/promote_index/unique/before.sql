CREATE TABLE public.users (id integer, email text, region text) WITH (fillfactor = 90);
CREATE UNIQUE INDEX users_email_idx ON public.users (email) INCLUDE (region);
COMMENT ON INDEX public.users_email_idx IS 'one account each';
INSERT INTO public.users VALUES (1, 'a', 'eu');
