CREATE DOMAIN public.amount AS bigint NOT NULL; CREATE TABLE public.t (a public.amount);
