CREATE INDEX CONCURRENTLY _zanith_helper_users_look_up_83f9d2bd ON public.users USING btree (lower(email), name) WHERE (name IS NOT NULL);
ALTER INDEX public.users_look_up RENAME TO _zanith_dropped_users_look_up_83f9d2bd;
ALTER INDEX public._zanith_helper_users_look_up_83f9d2bd RENAME TO users_look_up;
COMMENT ON INDEX public.users_look_up IS 'for the search, by name too';
DROP INDEX CONCURRENTLY public._zanith_dropped_users_look_up_83f9d2bd;
