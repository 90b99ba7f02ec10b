UPDATE public.t SET id = 1;
