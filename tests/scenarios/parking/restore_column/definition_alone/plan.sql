ALTER TABLE public.users ADD COLUMN n integer;
ALTER TABLE public.users ADD CONSTRAINT _zanith_helper_n_83f9d2bd CHECK (n IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_helper_n_83f9d2bd;
ALTER TABLE public.users ALTER COLUMN n SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_helper_n_83f9d2bd;
ALTER TABLE public.users ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.users_n_seq START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE);
SELECT setval('public.users_n_seq', max(n) + 1, false) FROM public.users HAVING max(n) >= 1;
ALTER TABLE public.users ADD CONSTRAINT users_n_excl EXCLUDE USING btree (n WITH =);
