DROP FUNCTION IF EXISTS public."_zanith_sync_Order %_lower_2d1e15c6"() CASCADE;
SELECT (split_part(lower("Size %"), ' x ', 1)::numeric % 1000), (found || new || split_part("Size %", ' x ', 2)) FROM (SELECT * FROM public."Order %") AS "Order %" LIMIT 0;
ALTER TABLE public."Order %" ADD COLUMN lower numeric(8,2);
ALTER TABLE public."Order %" ADD COLUMN "Upper %" character varying(20) COLLATE pg_catalog."C";
ALTER TABLE public."Order %" ALTER COLUMN "Upper %" SET STORAGE EXTERNAL;
EXPLAIN UPDATE public."Order %" SET lower = (split_part(lower("Size %"), ' x ', 1)::numeric % 1000), "Upper %" = (found || new || split_part("Size %", ' x ', 2));
CREATE FUNCTION public."_zanith_sync_Order %_lower_2d1e15c6"() RETURNS trigger LANGUAGE plpgsql SET search_path TO '' SET "TimeZone" TO 'UTC' SET "DateStyle" TO 'ISO, MDY' SET "IntervalStyle" TO 'postgres' AS '#variable_conflict use_column
BEGIN BEGIN SELECT (split_part(lower("Size %"), '' x '', 1)::numeric % 1000), (found || new || split_part("Size %", '' x '', 2)) INTO NEW.lower, NEW."Upper %" FROM (SELECT NEW.*) AS "Order %"; EXCEPTION WHEN OTHERS THEN BEGIN NEW.lower := NULL; NEW."Upper %" := NULL; EXCEPTION WHEN OTHERS THEN NULL; END; END; RETURN NEW; END';
CREATE TRIGGER "_zanith_sync_Order %_lower_2d1e15c6" BEFORE INSERT OR UPDATE ON public."Order %" FOR EACH ROW EXECUTE FUNCTION public."_zanith_sync_Order %_lower_2d1e15c6"();
ALTER TABLE public."Order %" ENABLE ALWAYS TRIGGER "_zanith_sync_Order %_lower_2d1e15c6";
UPDATE public."Order %" SET lower = (split_part(lower("Size %"), ' x ', 1)::numeric % 1000), "Upper %" = (found || new || split_part("Size %", ' x ', 2)) WHERE ROW(lower, "Upper %")::record OPERATOR(pg_catalog.*<>) ROW((split_part(lower("Size %"), ' x ', 1)::numeric % 1000)::numeric(8,2), (found || new || split_part("Size %", ' x ', 2))::character varying(20))::record;
DO '#variable_conflict use_column
BEGIN PERFORM pg_catalog.set_config(''TimeZone'', ''UTC'', true); PERFORM pg_catalog.set_config(''DateStyle'', ''ISO, MDY'', true); PERFORM pg_catalog.set_config(''IntervalStyle'', ''postgres'', true); IF EXISTS (SELECT FROM ONLY public."Order %" WHERE ROW(lower, "Upper %")::record OPERATOR(pg_catalog.*<>) ROW((split_part(lower("Size %"), '' x '', 1)::numeric % 1000)::numeric(8,2), (found || new || split_part("Size %", '' x '', 2))::character varying(20))::record) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''a row of public."Order %" does not hold in lower, Upper % what was asked for''; END IF; END';
DROP TRIGGER "_zanith_sync_Order %_lower_2d1e15c6" ON public."Order %";
DROP FUNCTION public."_zanith_sync_Order %_lower_2d1e15c6"();
ALTER TABLE public."Order %" ALTER COLUMN lower SET DEFAULT 0;
