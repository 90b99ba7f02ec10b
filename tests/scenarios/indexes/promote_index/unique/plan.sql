ALTER TABLE public.users ADD CONSTRAINT users_email UNIQUE USING INDEX users_email_idx DEFERRABLE INITIALLY DEFERRED;
COMMENT ON CONSTRAINT users_email ON public.users IS 'checked at the end';
COMMENT ON INDEX public.users_email IS 'one account each';
