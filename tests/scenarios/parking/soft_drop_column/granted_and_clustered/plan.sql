ALTER TABLE public.users SET WITHOUT CLUSTER;
ALTER INDEX public.users_code_idx RENAME TO _zanith_dropped_users_code_idx_83f9d2bd;
ALTER SEQUENCE public.users_code_seq RENAME TO _zanith_dropped_users_code_seq_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT users_code_not_null TO _zanith_dropped_users_code_not_null_83f9d2bd;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
