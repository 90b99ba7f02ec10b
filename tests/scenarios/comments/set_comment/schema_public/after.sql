CREATE TABLE public.first (id integer);
