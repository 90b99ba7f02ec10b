ALTER TABLE public.t DROP CONSTRAINT z_key;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_a_key_e66d0980 ON public.t USING btree (b);
ALTER TABLE public.t ADD CONSTRAINT a_key PRIMARY KEY USING INDEX _zanith_helper_a_key_e66d0980;
