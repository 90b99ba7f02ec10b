DROP RULE logged ON public.orders;
