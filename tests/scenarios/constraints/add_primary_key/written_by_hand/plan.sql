ALTER TABLE public.t ADD CONSTRAINT _zanith_helper_a_83f9d2bd CHECK (a IS NOT NULL) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT _zanith_helper_a_83f9d2bd;
ALTER TABLE public.t ALTER COLUMN a SET NOT NULL;
ALTER TABLE public.t DROP CONSTRAINT _zanith_helper_a_83f9d2bd;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_t_pkey_83f9d2bd ON public.t USING btree (a, b) INCLUDE (c);
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX _zanith_helper_t_pkey_83f9d2bd;
