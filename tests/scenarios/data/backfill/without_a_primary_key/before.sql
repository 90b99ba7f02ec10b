CREATE TABLE public.users (email text NOT NULL, country text NOT NULL, name text);
CREATE UNIQUE INDEX users_email ON public.users (country, email);
INSERT INTO public.users SELECT 'user' || n, 'de' FROM generate_series(1, 20) AS n;
