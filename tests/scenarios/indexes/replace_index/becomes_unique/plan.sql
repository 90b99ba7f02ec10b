CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_users_email_83f9d2bd ON public.users USING btree (email) INCLUDE (id) WITH (fillfactor='80');
ALTER INDEX public.users_email RENAME TO _zanith_dropped_users_email_83f9d2bd;
ALTER INDEX public._zanith_helper_users_email_83f9d2bd RENAME TO users_email;
DROP INDEX CONCURRENTLY public._zanith_dropped_users_email_83f9d2bd;
