DROP FUNCTION IF EXISTS public._zanith_sync_users_first_name_8b16866e() CASCADE;
SELECT (split_part(full_name, ' ', 1)), (nullif(split_part(full_name, ' ', 2), '')) FROM (SELECT * FROM public.users) AS users LIMIT 0;
ALTER TABLE public.users ADD COLUMN first_name text;
COMMENT ON COLUMN public.users.first_name IS 'As the person says it.';
ALTER TABLE public.users ADD COLUMN last_name text;
EXPLAIN UPDATE public.users SET first_name = (split_part(full_name, ' ', 1)), last_name = (nullif(split_part(full_name, ' ', 2), ''));
CREATE FUNCTION public._zanith_sync_users_first_name_8b16866e() RETURNS trigger LANGUAGE plpgsql SET search_path TO '' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO, MDY' SET "IntervalStyle" TO 'postgres' AS '#variable_conflict use_column
BEGIN BEGIN SELECT (split_part(full_name, '' '', 1)), (nullif(split_part(full_name, '' '', 2), '''')) INTO NEW.first_name, NEW.last_name FROM (SELECT NEW.*) AS users; EXCEPTION WHEN OTHERS THEN BEGIN NEW.first_name := NULL; NEW.last_name := NULL; EXCEPTION WHEN OTHERS THEN NULL; END; END; RETURN NEW; END';
CREATE TRIGGER _zanith_sync_users_first_name_8b16866e BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public._zanith_sync_users_first_name_8b16866e();
ALTER TABLE public.users ENABLE ALWAYS TRIGGER _zanith_sync_users_first_name_8b16866e;
UPDATE public.users SET first_name = (split_part(full_name, ' ', 1)), last_name = (nullif(split_part(full_name, ' ', 2), '')) WHERE ROW(first_name, last_name)::record OPERATOR(pg_catalog.*<>) ROW((split_part(full_name, ' ', 1))::text, (nullif(split_part(full_name, ' ', 2), ''))::text)::record;
DO '#variable_conflict use_column
BEGIN PERFORM pg_catalog.set_config(''TimeZone'', ''UTC'', true); PERFORM pg_catalog.set_config(''DateStyle'', ''ISO, MDY'', true); PERFORM pg_catalog.set_config(''IntervalStyle'', ''postgres'', true); IF EXISTS (SELECT FROM ONLY public.users WHERE ROW(first_name, last_name)::record OPERATOR(pg_catalog.*<>) ROW((split_part(full_name, '' '', 1))::text, (nullif(split_part(full_name, '' '', 2), ''''))::text)::record) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''a row of public.users does not hold in first_name, last_name what was asked for''; END IF; END';
ALTER TABLE public.users ADD CONSTRAINT _zanith_part_first_name_8b16866e CHECK (first_name IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_part_first_name_8b16866e;
ALTER TABLE public.users ALTER COLUMN first_name SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_part_first_name_8b16866e;
DROP TRIGGER _zanith_sync_users_first_name_8b16866e ON public.users;
DROP FUNCTION public._zanith_sync_users_first_name_8b16866e();
