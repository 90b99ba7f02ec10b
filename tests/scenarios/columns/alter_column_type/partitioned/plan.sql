ALTER TABLE public.visit ALTER COLUMN page TYPE character varying(100);
