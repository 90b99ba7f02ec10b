ALTER TABLE public.t ADD COLUMN n double precision;
ALTER TABLE public.t ALTER COLUMN n SET DEFAULT random();
UPDATE public.t SET n = random() WHERE n IS NULL;
ALTER TABLE public.t ADD CONSTRAINT _zanith_helper_n_83f9d2bd CHECK (n IS NOT NULL) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT _zanith_helper_n_83f9d2bd;
ALTER TABLE public.t ADD CONSTRAINT always NOT NULL n;
ALTER TABLE public.t DROP CONSTRAINT _zanith_helper_n_83f9d2bd;
