CREATE INDEX CONCURRENTLY users_email_idx ON public.users USING btree (email);
COMMENT ON INDEX public.users_email_idx IS 'for the sign-in';
CREATE INDEX CONCURRENTLY users_hash_idx ON public.users USING hash (email);
CREATE UNIQUE INDEX CONCURRENTLY users_lower_idx ON public.users USING btree (lower(email) text_pattern_ops DESC NULLS LAST) INCLUDE (id) WHERE (email IS NOT NULL);
