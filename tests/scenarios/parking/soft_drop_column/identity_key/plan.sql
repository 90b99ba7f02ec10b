ALTER TABLE public.badges DROP CONSTRAINT badges_owner_fkey;
ALTER TABLE public.badges DROP CONSTRAINT badges_team_owner_fkey;
ALTER TABLE public.users DROP CONSTRAINT users_parent_fkey;
ALTER TABLE public.users RENAME CONSTRAINT users_id_key TO _zanith_dropped_users_id_key_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT users_pkey TO _zanith_dropped_users_pkey_83f9d2bd;
ALTER SEQUENCE public.users_id_seq RENAME TO _zanith_dropped_users_id_seq_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT users_id_not_null TO _zanith_dropped_users_id_not_null_83f9d2bd;
ALTER TABLE public.users RENAME COLUMN id TO _zanith_dropped_id_83f9d2bd;
