ALTER TABLE public.visit ADD CONSTRAINT _zanith_helper_page_83f9d2bd CHECK (page IS NOT NULL) NOT VALID;
ALTER TABLE public.visit VALIDATE CONSTRAINT _zanith_helper_page_83f9d2bd;
ALTER TABLE public.visit ALTER COLUMN page SET NOT NULL;
ALTER TABLE public.visit DROP CONSTRAINT _zanith_helper_page_83f9d2bd;
