CREATE TABLE public.users (id integer PRIMARY KEY, mail text NOT NULL);
CREATE INDEX users_mail ON public.users (mail);
INSERT INTO public.users VALUES (1, 'a@example.com');
