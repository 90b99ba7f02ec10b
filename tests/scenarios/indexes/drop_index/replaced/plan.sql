DROP INDEX CONCURRENTLY public.users_email_idx;
CREATE INDEX CONCURRENTLY users_email_idx ON public.users USING btree (email DESC);
