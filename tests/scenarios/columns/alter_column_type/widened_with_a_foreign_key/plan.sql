ALTER TABLE public.countries ALTER COLUMN code TYPE character varying(8);
