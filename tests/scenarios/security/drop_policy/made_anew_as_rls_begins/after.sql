CREATE TABLE public.orders (id integer);
CREATE POLICY mine ON public.orders FOR SELECT USING (true);
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
