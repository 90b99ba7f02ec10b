CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_deferred_83f9d2bd ON public."Users" USING btree (id);
ALTER TABLE public."Users" ADD CONSTRAINT deferred UNIQUE USING INDEX _zanith_helper_deferred_83f9d2bd DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_everything_e66d0980 ON public."Users" USING btree ("E-mail", tenant) INCLUDE (note, id) NULLS NOT DISTINCT;
ALTER TABLE public."Users" ADD CONSTRAINT everything UNIQUE USING INDEX _zanith_helper_everything_e66d0980 DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_late_9bd256ac ON public."Users" USING btree (tenant);
ALTER TABLE public."Users" ADD CONSTRAINT late UNIQUE USING INDEX _zanith_helper_late_9bd256ac DEFERRABLE;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_nulls_alike_297c6530 ON public."Users" USING btree (tenant, id) NULLS NOT DISTINCT;
ALTER TABLE public."Users" ADD CONSTRAINT nulls_alike UNIQUE USING INDEX _zanith_helper_nulls_alike_297c6530;
