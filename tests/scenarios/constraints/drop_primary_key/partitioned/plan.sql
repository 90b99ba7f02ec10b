ALTER TABLE public.visit DROP CONSTRAINT visit_pkey;
