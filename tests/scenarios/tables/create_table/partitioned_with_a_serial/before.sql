CREATE TABLE public.untouched (id integer);
