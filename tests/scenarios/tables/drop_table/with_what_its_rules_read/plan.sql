DROP TABLE public.t1;
DROP VIEW public.v;
DROP ROUTINE public.f();
DROP ROUTINE public.touch();
