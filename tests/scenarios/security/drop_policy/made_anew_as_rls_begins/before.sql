CREATE TABLE public.orders (id integer);
CREATE POLICY mine ON public.orders USING (false);
