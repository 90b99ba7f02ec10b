ALTER SEQUENCE public.t_n_seq RENAME TO _zanith_dropped_t_n_seq_83f9d2bd;
ALTER TABLE public.t RENAME CONSTRAINT t_n_not_null TO _zanith_dropped_t_n_not_null_83f9d2bd;
ALTER TABLE public.t RENAME COLUMN n TO _zanith_dropped_n_83f9d2bd;
