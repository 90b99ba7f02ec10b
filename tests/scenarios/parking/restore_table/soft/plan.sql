ALTER TABLE public._zanith_dropped_users_83f9d2bd RENAME TO users;
ALTER TABLE public.users RENAME CONSTRAINT _zanith_dropped_users_pkey_83f9d2bd TO users_pkey;
ALTER TABLE public.users RENAME CONSTRAINT _zanith_dropped_users_id_not_null_83f9d2bd TO users_id_not_null;
ALTER TABLE public.users ADD CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT users_team_id_fkey;
