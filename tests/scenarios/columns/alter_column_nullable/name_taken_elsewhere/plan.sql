ALTER TABLE public.t ADD CONSTRAINT _zanith_helper_n_83f9d2bd CHECK (n IS NOT NULL) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT _zanith_helper_n_83f9d2bd;
ALTER TABLE public.t ADD CONSTRAINT t_n_not_null NOT NULL n;
ALTER TABLE public.t DROP CONSTRAINT _zanith_helper_n_83f9d2bd;
