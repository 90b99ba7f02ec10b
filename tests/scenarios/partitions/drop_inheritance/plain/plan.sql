ALTER TABLE public.car NO INHERIT public.asset;
