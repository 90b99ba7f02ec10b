DROP FUNCTION IF EXISTS public."_zanith_sync_Log %_18f25685"() CASCADE;
DROP TABLE IF EXISTS public."_zanith_new_Log %_18f25685";
DO 'BEGIN IF EXISTS (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass(''public."Log %"'') AND NOT a.attisdropped AND pg_catalog.starts_with(a.attname::text, ''_zanith_'') UNION ALL SELECT g.tgname FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = pg_catalog.to_regclass(''public."Log %"'') AND pg_catalog.starts_with(g.tgname::text, ''_zanith_'')) THEN RAISE EXCEPTION USING ERRCODE = ''object_in_use'', MESSAGE = ''public."Log %" has parked columns, or another change of it is under way: restore or purge them, or end that, first''; END IF; END';
CREATE UNLOGGED TABLE public."_zanith_new_Log %_18f25685" (
    at timestamp with time zone CONSTRAINT "Log %_at_not_null" NOT NULL,
    "line %" integer CONSTRAINT "Log %_line %_not_null" NOT NULL,
    words text
);
CREATE UNIQUE INDEX "_zanith_part_Log %_key_18f25685" ON public."_zanith_new_Log %_18f25685" USING btree ("line %", at);
INSERT INTO public."_zanith_new_Log %_18f25685" (at, "line %", words) OVERRIDING SYSTEM VALUE SELECT at, "line %", words FROM ONLY public."Log %" LIMIT 1;
TRUNCATE public."_zanith_new_Log %_18f25685";
CREATE FUNCTION public."_zanith_sync_Log %_18f25685"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO '' AS '#variable_conflict use_column
BEGIN IF TG_OP = ''TRUNCATE'' THEN TRUNCATE ONLY public."_zanith_new_Log %_18f25685"; RETURN NULL; END IF; IF TG_OP = ''DELETE'' OR TG_OP = ''UPDATE'' AND ROW(OLD."line %", OLD.at)::record OPERATOR(pg_catalog.*<>) ROW(NEW."line %", NEW.at)::record THEN DELETE FROM ONLY public."_zanith_new_Log %_18f25685" AS t WHERE (t."line %", t.at) = (OLD."line %", OLD.at) AND NOT EXISTS (SELECT FROM ONLY public."Log %" AS t WHERE (t."line %", t.at) = (OLD."line %", OLD.at)); END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO public."_zanith_new_Log %_18f25685" (at, "line %", words) OVERRIDING SYSTEM VALUE SELECT t.at, t."line %", t.words FROM ONLY public."Log %" AS t WHERE (t."line %", t.at) = (NEW."line %", NEW.at) ON CONFLICT ("line %", at) DO UPDATE SET words = EXCLUDED.words; END IF; RETURN NULL; END';
REVOKE ALL ON FUNCTION public."_zanith_sync_Log %_18f25685"() FROM PUBLIC;
CREATE TRIGGER "_zanith_sync_Log %_18f25685" AFTER INSERT OR UPDATE OR DELETE ON public."Log %" FOR EACH ROW EXECUTE FUNCTION public."_zanith_sync_Log %_18f25685"();
CREATE TRIGGER "_zanith_emptied_Log %_18f25685" AFTER TRUNCATE ON public."Log %" FOR EACH STATEMENT EXECUTE FUNCTION public."_zanith_sync_Log %_18f25685"();
ALTER TABLE public."Log %" ENABLE ALWAYS TRIGGER "_zanith_sync_Log %_18f25685";
ALTER TABLE public."Log %" ENABLE ALWAYS TRIGGER "_zanith_emptied_Log %_18f25685";
INSERT INTO public."_zanith_new_Log %_18f25685" (at, "line %", words) OVERRIDING SYSTEM VALUE SELECT at, "line %", words FROM ONLY public."Log %" ON CONFLICT ("line %", at) DO NOTHING;
DO 'BEGIN IF (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.at, t."line %", t.words))) AS h, clock_timestamp() FROM ONLY public."Log %" AS t) AS rows) IS DISTINCT FROM (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.at, t."line %", t.words))) AS h, clock_timestamp() FROM ONLY public."_zanith_new_Log %_18f25685" AS t) AS rows) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''the new public."Log %" does not hold what the old one holds''; END IF; END';
LOCK TABLE ONLY public."Log %" IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER "_zanith_sync_Log %_18f25685" ON public."Log %";
DROP TRIGGER "_zanith_emptied_Log %_18f25685" ON public."Log %";
DROP FUNCTION public."_zanith_sync_Log %_18f25685"();
ALTER TABLE public."Log %" RENAME CONSTRAINT "Log %_at_not_null" TO "_zanith_dropped_Log %_at_not_null_83f9d2bd";
ALTER TABLE public."Log %" RENAME CONSTRAINT "Log %_line %_not_null" TO "_zanith_dropped_Log %_line %_not_null_83f9d2bd";
ALTER INDEX public."Log %_key" RENAME TO "_zanith_dropped_Log %_key_83f9d2bd";
ALTER TABLE public."Log %" RENAME TO "_zanith_dropped_Log %_83f9d2bd";
ALTER TABLE public."_zanith_new_Log %_18f25685" RENAME TO "Log %";
ALTER INDEX public."_zanith_part_Log %_key_18f25685" RENAME TO "Log %_key";
