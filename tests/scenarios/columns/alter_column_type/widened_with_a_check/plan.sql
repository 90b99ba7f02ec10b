ALTER TABLE public.users ALTER COLUMN email TYPE character varying(200);
