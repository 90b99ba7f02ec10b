ALTER TABLE public.car INHERIT public.asset;
