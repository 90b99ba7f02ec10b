CREATE TABLE public.users (email text, region text, CONSTRAINT users_email UNIQUE (email, region));
INSERT INTO public.users VALUES ('a', 'eu');
