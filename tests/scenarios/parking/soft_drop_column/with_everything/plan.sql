ALTER TABLE public.users DROP CONSTRAINT users_team_check;
ALTER TABLE public.users DROP CONSTRAINT users_team_id_fkey;
ALTER TABLE public.users ALTER COLUMN team_id DROP DEFAULT;
ALTER TABLE public.users ALTER COLUMN team_id DROP NOT NULL;
ALTER INDEX public.users_team_idx RENAME TO _zanith_dropped_users_team_idx_83f9d2bd;
ALTER TABLE public.users RENAME COLUMN team_id TO _zanith_dropped_team_id_83f9d2bd;
