CREATE TABLE public.t (
    id integer,
    n integer CONSTRAINT t_n_not_null NOT NULL
);
