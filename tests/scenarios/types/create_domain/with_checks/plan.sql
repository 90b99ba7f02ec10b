CREATE DOMAIN public.amount AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK ((VALUE >= (0)::numeric));
COMMENT ON CONSTRAINT positive ON DOMAIN public.amount IS 'Nobody is paid back';
ALTER DOMAIN public.amount ADD CONSTRAINT small CHECK ((VALUE < (1000)::numeric)) NOT VALID;
COMMENT ON DOMAIN public.amount IS 'What is paid';
CREATE DOMAIN public.code AS text COLLATE pg_catalog."C";
ALTER TABLE public.orders ADD COLUMN total public.amount;
