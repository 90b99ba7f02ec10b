DROP FUNCTION IF EXISTS public._zanith_sync_users_full_name_b6b07345() CASCADE;
SELECT (concat_ws(' ', first_name, last_name)) FROM (SELECT * FROM public.users) AS users LIMIT 0;
ALTER TABLE public.users ADD COLUMN full_name text;
EXPLAIN UPDATE public.users SET full_name = (concat_ws(' ', first_name, last_name));
CREATE FUNCTION public._zanith_sync_users_full_name_b6b07345() RETURNS trigger LANGUAGE plpgsql SET search_path TO '' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO, MDY' SET "IntervalStyle" TO 'postgres' AS '#variable_conflict use_column
BEGIN BEGIN SELECT (concat_ws('' '', first_name, last_name)) INTO NEW.full_name FROM (SELECT NEW.*) AS users; EXCEPTION WHEN OTHERS THEN BEGIN NEW.full_name := NULL; EXCEPTION WHEN OTHERS THEN NULL; END; END; RETURN NEW; END';
CREATE TRIGGER _zanith_sync_users_full_name_b6b07345 BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public._zanith_sync_users_full_name_b6b07345();
ALTER TABLE public.users ENABLE ALWAYS TRIGGER _zanith_sync_users_full_name_b6b07345;
UPDATE public.users SET full_name = (concat_ws(' ', first_name, last_name)) WHERE ROW(full_name)::record OPERATOR(pg_catalog.*<>) ROW((concat_ws(' ', first_name, last_name))::text)::record;
DO '#variable_conflict use_column
BEGIN PERFORM pg_catalog.set_config(''TimeZone'', ''UTC'', true); PERFORM pg_catalog.set_config(''DateStyle'', ''ISO, MDY'', true); PERFORM pg_catalog.set_config(''IntervalStyle'', ''postgres'', true); IF EXISTS (SELECT FROM ONLY public.users WHERE ROW(full_name)::record OPERATOR(pg_catalog.*<>) ROW((concat_ws('' '', first_name, last_name))::text)::record) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''a row of public.users does not hold in full_name what was asked for''; END IF; END';
ALTER TABLE public.users ADD CONSTRAINT _zanith_part_full_name_b6b07345 CHECK (full_name IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_part_full_name_b6b07345;
ALTER TABLE public.users ALTER COLUMN full_name SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_part_full_name_b6b07345;
DROP TRIGGER _zanith_sync_users_full_name_b6b07345 ON public.users;
DROP FUNCTION public._zanith_sync_users_full_name_b6b07345();
