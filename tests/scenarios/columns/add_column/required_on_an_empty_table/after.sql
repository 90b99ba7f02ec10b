CREATE TABLE public.users (id integer PRIMARY KEY, country text NOT NULL);
