ALTER TABLE public.visit ADD CONSTRAINT visit_site FOREIGN KEY (id) REFERENCES public.site(id) NOT VALID;
ALTER TABLE public.visit VALIDATE CONSTRAINT visit_site;
