ALTER TABLE public.users SET WITHOUT CLUSTER;
DROP INDEX CONCURRENTLY public.users_email_idx;
CREATE INDEX CONCURRENTLY users_email_idx ON public.users USING btree (email DESC);
ALTER TABLE public.users CLUSTER ON users_email_idx;
