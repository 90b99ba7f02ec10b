ALTER TABLE public.t1 DROP CONSTRAINT r2_fkey;
ALTER TABLE public.t2 DROP CONSTRAINT r1_fkey;
DROP TABLE public.t1;
DROP TABLE public.t2;
DROP ROUTINE public.touch();
