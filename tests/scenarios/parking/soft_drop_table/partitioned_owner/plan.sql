ALTER TABLE public.users DROP CONSTRAINT users_team_fkey;
ALTER TABLE public.teams RENAME CONSTRAINT teams_pkey TO _zanith_dropped_teams_pkey_83f9d2bd;
ALTER TABLE public.teams RENAME CONSTRAINT teams_id_not_null TO _zanith_dropped_teams_id_not_null_83f9d2bd;
ALTER TABLE public.teams RENAME TO _zanith_dropped_teams_83f9d2bd;
