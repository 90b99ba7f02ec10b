ALTER TABLE public.asset DROP CONSTRAINT asset_id;
