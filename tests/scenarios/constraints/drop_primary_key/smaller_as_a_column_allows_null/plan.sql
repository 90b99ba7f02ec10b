ALTER TABLE public.t DROP CONSTRAINT t_pkey;
ALTER TABLE public.t ALTER COLUMN part DROP NOT NULL;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_t_pkey_9bd256ac ON public.t USING btree (id);
ALTER TABLE public.t ADD CONSTRAINT t_pkey PRIMARY KEY USING INDEX _zanith_helper_t_pkey_9bd256ac;
