ALTER TABLE public.users RENAME CONSTRAINT users_pkey TO _zanith_dropped_users_pkey_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT users_id_not_null TO _zanith_dropped_users_id_not_null_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT users_n_not_null TO _zanith_dropped_users_n_not_null_83f9d2bd;
ALTER TABLE public.users RENAME CONSTRAINT always TO _zanith_dropped_always_83f9d2bd;
ALTER TABLE public.users RENAME TO _zanith_dropped_users_83f9d2bd;
CREATE TABLE public.users (
    id integer NOT NULL,
    n integer NOT NULL,
    o integer CONSTRAINT always NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id)
);
