ALTER TABLE public.t ALTER COLUMN id SET MINVALUE 2;
SELECT setval('public.t_id_seq', 3, false) FROM public.t_id_seq WHERE last_value NOT BETWEEN 2 AND 9;
ALTER TABLE public.t ALTER COLUMN id SET START WITH 3 SET MAXVALUE 9;
