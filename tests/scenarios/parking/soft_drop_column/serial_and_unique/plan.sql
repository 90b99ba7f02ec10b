ALTER TABLE public.t RENAME CONSTRAINT t_code_key TO _zanith_dropped_t_code_key_83f9d2bd;
ALTER TABLE public.t RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
ALTER SEQUENCE public.t_n_seq RENAME TO _zanith_dropped_t_n_seq_e66d0980;
ALTER TABLE public.t RENAME CONSTRAINT t_n_not_null TO _zanith_dropped_t_n_not_null_e66d0980;
ALTER TABLE public.t RENAME COLUMN n TO _zanith_dropped_n_e66d0980;
