ALTER TABLE public.users DROP CONSTRAINT users_team_id_fkey;
ALTER TABLE public.users DROP COLUMN team_id;
