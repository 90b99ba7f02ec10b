ALTER TABLE public.letters RENAME CONSTRAINT letters_pkey TO _zanith_dropped_letters_pkey_83f9d2bd;
ALTER SEQUENCE public.letters_n_seq RENAME TO _zanith_dropped_letters_n_seq_83f9d2bd;
ALTER SEQUENCE public.letters_id_seq RENAME TO _zanith_dropped_letters_id_seq_83f9d2bd;
ALTER TABLE public.letters RENAME TO _zanith_dropped_letters_83f9d2bd;
ALTER TABLE public.users DROP CONSTRAINT users_team_id_fkey;
ALTER TABLE public.users RENAME CONSTRAINT users_code_key TO _zanith_dropped_users_code_key_e66d0980;
ALTER TABLE public.users RENAME CONSTRAINT users_pkey TO _zanith_dropped_users_pkey_e66d0980;
ALTER INDEX public.users_team_idx RENAME TO _zanith_dropped_users_team_idx_e66d0980;
ALTER TABLE public.users RENAME TO _zanith_dropped_users_e66d0980;
