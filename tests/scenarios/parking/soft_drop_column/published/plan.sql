ALTER PUBLICATION filtered DROP TABLE ONLY public.users;
ALTER PUBLICATION listed DROP TABLE ONLY public.users;
DROP STATISTICS public.users_stats;
ALTER TABLE public.users RENAME COLUMN code TO _zanith_dropped_code_83f9d2bd;
