CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_email_83f9d2bd ON public.users USING btree (email);
ALTER TABLE public.users ADD CONSTRAINT users_email UNIQUE USING INDEX _zanith_helper_users_email_83f9d2bd;
COMMENT ON CONSTRAINT users_email ON public.users IS 'one account each';
