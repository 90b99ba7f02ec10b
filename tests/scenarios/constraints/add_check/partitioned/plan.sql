ALTER TABLE public.visit ADD CONSTRAINT visit_id CHECK ((id > 0)) NOT VALID;
ALTER TABLE public.visit VALIDATE CONSTRAINT visit_id;
