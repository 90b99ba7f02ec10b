CREATE DOMAIN public.amount AS integer NOT NULL; CREATE TABLE public.t (a public.amount); INSERT INTO public.t VALUES (1);
