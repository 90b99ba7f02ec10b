ALTER TABLE public.t DROP CONSTRAINT rule;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_rule_e66d0980 ON public.t USING btree (a);
ALTER TABLE public.t ADD CONSTRAINT rule UNIQUE USING INDEX _zanith_helper_rule_e66d0980;
