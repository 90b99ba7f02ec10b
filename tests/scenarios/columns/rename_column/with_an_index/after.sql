CREATE TABLE public.users (id integer PRIMARY KEY, email text NOT NULL);
CREATE INDEX users_mail ON public.users (email);
