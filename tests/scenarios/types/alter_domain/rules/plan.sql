ALTER DOMAIN public.amount DROP CONSTRAINT even;
ALTER DOMAIN public.amount RENAME CONSTRAINT positive TO not_negative;
ALTER DOMAIN public.amount SET DEFAULT 2;
ALTER DOMAIN public.amount ADD CONSTRAINT small CHECK ((VALUE < 1000)) NOT VALID;
COMMENT ON CONSTRAINT small ON DOMAIN public.amount IS 'For now';
ALTER DOMAIN public.amount VALIDATE CONSTRAINT small;
ALTER DOMAIN public.amount SET NOT NULL;
