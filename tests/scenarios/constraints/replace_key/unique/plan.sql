CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_email_83f9d2bd ON public.users USING btree (email) INCLUDE (region);
ALTER TABLE public.users DROP CONSTRAINT users_email;
ALTER TABLE public.users ADD CONSTRAINT users_email UNIQUE USING INDEX _zanith_helper_users_email_83f9d2bd DEFERRABLE;
