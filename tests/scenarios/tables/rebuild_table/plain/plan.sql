DROP FUNCTION IF EXISTS public._zanith_sync_events_a7cd25fe() CASCADE;
DROP TABLE IF EXISTS public._zanith_new_events_a7cd25fe;
DO 'BEGIN IF EXISTS (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass(''public.events'') AND NOT a.attisdropped AND pg_catalog.starts_with(a.attname::text, ''_zanith_'') UNION ALL SELECT g.tgname FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = pg_catalog.to_regclass(''public.events'') AND pg_catalog.starts_with(g.tgname::text, ''_zanith_'')) THEN RAISE EXCEPTION USING ERRCODE = ''object_in_use'', MESSAGE = ''public.events has parked columns, or another change of it is under way: restore or purge them, or end that, first''; END IF; END';
CREATE TABLE public._zanith_new_events_a7cd25fe (
    id bigint CONSTRAINT events_id_not_null NOT NULL,
    happened_at timestamp with time zone CONSTRAINT events_happened_at_not_null NOT NULL,
    body text,
    CONSTRAINT _zanith_part_events_pkey_a7cd25fe PRIMARY KEY (id)
) WITH (fillfactor=70);
INSERT INTO public._zanith_new_events_a7cd25fe (id, happened_at, body) OVERRIDING SYSTEM VALUE SELECT id, happened_at, body FROM ONLY public.events LIMIT 1;
TRUNCATE public._zanith_new_events_a7cd25fe;
CREATE FUNCTION public._zanith_sync_events_a7cd25fe() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO '' AS '#variable_conflict use_column
BEGIN IF TG_OP = ''TRUNCATE'' THEN TRUNCATE ONLY public._zanith_new_events_a7cd25fe; RETURN NULL; END IF; IF TG_OP = ''DELETE'' OR TG_OP = ''UPDATE'' AND ROW(OLD.id)::record OPERATOR(pg_catalog.*<>) ROW(NEW.id)::record THEN DELETE FROM ONLY public._zanith_new_events_a7cd25fe AS t WHERE (t.id) = (OLD.id) AND NOT EXISTS (SELECT FROM ONLY public.events AS t WHERE (t.id) = (OLD.id)); END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO public._zanith_new_events_a7cd25fe (id, happened_at, body) OVERRIDING SYSTEM VALUE SELECT t.id, t.happened_at, t.body FROM ONLY public.events AS t WHERE (t.id) = (NEW.id) ON CONFLICT (id) DO UPDATE SET happened_at = EXCLUDED.happened_at, body = EXCLUDED.body; END IF; RETURN NULL; END';
REVOKE ALL ON FUNCTION public._zanith_sync_events_a7cd25fe() FROM PUBLIC;
CREATE TRIGGER _zanith_sync_events_a7cd25fe AFTER INSERT OR UPDATE OR DELETE ON public.events FOR EACH ROW EXECUTE FUNCTION public._zanith_sync_events_a7cd25fe();
CREATE TRIGGER _zanith_emptied_events_a7cd25fe AFTER TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public._zanith_sync_events_a7cd25fe();
ALTER TABLE public.events ENABLE ALWAYS TRIGGER _zanith_sync_events_a7cd25fe;
ALTER TABLE public.events ENABLE ALWAYS TRIGGER _zanith_emptied_events_a7cd25fe;
INSERT INTO public._zanith_new_events_a7cd25fe (id, happened_at, body) OVERRIDING SYSTEM VALUE SELECT id, happened_at, body FROM ONLY public.events ON CONFLICT (id) DO NOTHING;
CREATE INDEX CONCURRENTLY _zanith_part_events_by_time_a7cd25fe ON public._zanith_new_events_a7cd25fe USING btree (happened_at);
DO 'BEGIN IF (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.id, t.happened_at, t.body))) AS h, clock_timestamp() FROM ONLY public.events AS t) AS rows) IS DISTINCT FROM (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.id, t.happened_at, t.body))) AS h, clock_timestamp() FROM ONLY public._zanith_new_events_a7cd25fe AS t) AS rows) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''the new public.events does not hold what the old one holds''; END IF; END';
LOCK TABLE ONLY public.events IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER _zanith_sync_events_a7cd25fe ON public.events;
DROP TRIGGER _zanith_emptied_events_a7cd25fe ON public.events;
DROP FUNCTION public._zanith_sync_events_a7cd25fe();
ALTER TABLE public.events RENAME CONSTRAINT events_pkey TO _zanith_dropped_events_pkey_83f9d2bd;
ALTER TABLE public.events RENAME CONSTRAINT events_id_not_null TO _zanith_dropped_events_id_not_null_83f9d2bd;
ALTER TABLE public.events RENAME CONSTRAINT events_happened_at_not_null TO _zanith_dropped_events_happened_at_not_null_83f9d2bd;
ALTER INDEX public.events_by_time RENAME TO _zanith_dropped_events_by_time_83f9d2bd;
ALTER TABLE public.events RENAME TO _zanith_dropped_events_83f9d2bd;
ALTER TABLE public._zanith_new_events_a7cd25fe RENAME TO events;
ALTER INDEX public._zanith_part_events_by_time_a7cd25fe RENAME TO events_by_time;
ALTER TABLE public.events RENAME CONSTRAINT _zanith_part_events_pkey_a7cd25fe TO events_pkey;
