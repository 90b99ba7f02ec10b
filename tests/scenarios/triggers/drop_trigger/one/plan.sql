DROP TRIGGER stamp ON public.orders;
DROP ROUTINE public.stamp();
