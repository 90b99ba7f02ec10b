ALTER SEQUENCE public.more MINVALUE -5;
SELECT setval('public.more', -5, false) FROM public.more WHERE last_value NOT BETWEEN -5 AND 32767;
ALTER SEQUENCE public.more AS smallint START WITH -5 INCREMENT BY 1 MINVALUE -5 MAXVALUE 32767 CACHE 1 NO CYCLE;
SELECT setval('public.numbers', 3, false) FROM public.numbers WHERE last_value NOT BETWEEN 2 AND 9;
ALTER SEQUENCE public.numbers START WITH 3 MINVALUE 2 MAXVALUE 9;
