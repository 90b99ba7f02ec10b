ALTER TABLE public._zanith_dropped_users_83f9d2bd RENAME TO users_old;
ALTER TABLE public.users_old RENAME CONSTRAINT _zanith_dropped_users_pkey_83f9d2bd TO users_pkey1;
ALTER TABLE public.users_old RENAME CONSTRAINT _zanith_dropped_users_id_not_null_83f9d2bd TO users_old_id_not_null;
ALTER INDEX public._zanith_dropped_users_team_id_idx_83f9d2bd RENAME TO users_team_id_idx;
ALTER SEQUENCE public._zanith_dropped_users_at_seq_83f9d2bd RENAME TO users_at_seq1;
ALTER SEQUENCE public._zanith_dropped_users_id_seq_83f9d2bd RENAME TO users_id_seq1;
ALTER TABLE public.users_old ADD CONSTRAINT users_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.teams(id) NOT VALID;
ALTER TABLE public.users_old VALIDATE CONSTRAINT users_team_id_fkey;
