DROP FOREIGN TABLE public.item;
