DROP FUNCTION IF EXISTS public._zanith_sync_people_8ac4f21f() CASCADE;
DROP TABLE IF EXISTS public._zanith_new_people_8ac4f21f;
DO 'BEGIN IF EXISTS (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass(''public.people'') AND NOT a.attisdropped AND pg_catalog.starts_with(a.attname::text, ''_zanith_'') UNION ALL SELECT g.tgname FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid = pg_catalog.to_regclass(''public.people'') AND pg_catalog.starts_with(g.tgname::text, ''_zanith_'')) THEN RAISE EXCEPTION USING ERRCODE = ''object_in_use'', MESSAGE = ''public.people has parked columns, or another change of it is under way: restore or purge them, or end that, first''; END IF; END';
CREATE TABLE public._zanith_new_people_8ac4f21f (
    during int4range,
    loud text GENERATED ALWAYS AS (upper("Full Name")) STORED,
    boss_id integer,
    id integer CONSTRAINT people_id_not_null NOT NULL,
    number integer DEFAULT nextval('public.people_number_seq'::regclass) CONSTRAINT people_number_not_null NOT NULL,
    parent_id integer,
    mood public.mood DEFAULT 'fine'::public.mood,
    "Full Name" text COLLATE pg_catalog."C" DEFAULT 'nobody'::text CONSTRAINT "people_Full Name_not_null" NOT NULL,
    CONSTRAINT "people_Full Name_check" CHECK (("Full Name" <> ''::text)),
    CONSTRAINT _zanith_part_people_during_8ac4f21f EXCLUDE USING gist (during WITH &&),
    CONSTRAINT _zanith_part_people_pkey_8ac4f21f PRIMARY KEY (id)
) WITH (autovacuum_enabled=false);
ALTER TABLE public._zanith_new_people_8ac4f21f ALTER COLUMN "Full Name" SET STORAGE EXTERNAL;
COMMENT ON TABLE public._zanith_new_people_8ac4f21f IS 'All of them.';
COMMENT ON COLUMN public._zanith_new_people_8ac4f21f.mood IS 'As of today.';
INSERT INTO public._zanith_new_people_8ac4f21f (during, boss_id, id, number, parent_id, mood, "Full Name") OVERRIDING SYSTEM VALUE SELECT during, boss_id, id, number, parent_id, mood, "Full Name" FROM ONLY public.people LIMIT 1;
TRUNCATE public._zanith_new_people_8ac4f21f;
CREATE FUNCTION public._zanith_sync_people_8ac4f21f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO '' AS '#variable_conflict use_column
BEGIN IF TG_OP = ''TRUNCATE'' THEN TRUNCATE ONLY public._zanith_new_people_8ac4f21f; RETURN NULL; END IF; IF TG_OP = ''DELETE'' OR TG_OP = ''UPDATE'' AND ROW(OLD.id)::record OPERATOR(pg_catalog.*<>) ROW(NEW.id)::record THEN DELETE FROM ONLY public._zanith_new_people_8ac4f21f AS t WHERE (t.id) = (OLD.id) AND NOT EXISTS (SELECT FROM ONLY public.people AS t WHERE (t.id) = (OLD.id)); END IF; IF TG_OP <> ''DELETE'' THEN INSERT INTO public._zanith_new_people_8ac4f21f (during, boss_id, id, number, parent_id, mood, "Full Name") OVERRIDING SYSTEM VALUE SELECT t.during, t.boss_id, t.id, t.number, t.parent_id, t.mood, t."Full Name" FROM ONLY public.people AS t WHERE (t.id) = (NEW.id) ON CONFLICT (id) DO UPDATE SET during = EXCLUDED.during, boss_id = EXCLUDED.boss_id, number = EXCLUDED.number, parent_id = EXCLUDED.parent_id, mood = EXCLUDED.mood, "Full Name" = EXCLUDED."Full Name"; END IF; RETURN NULL; END';
REVOKE ALL ON FUNCTION public._zanith_sync_people_8ac4f21f() FROM PUBLIC;
CREATE TRIGGER _zanith_sync_people_8ac4f21f AFTER INSERT OR UPDATE OR DELETE ON public.people FOR EACH ROW EXECUTE FUNCTION public._zanith_sync_people_8ac4f21f();
CREATE TRIGGER _zanith_emptied_people_8ac4f21f AFTER TRUNCATE ON public.people FOR EACH STATEMENT EXECUTE FUNCTION public._zanith_sync_people_8ac4f21f();
ALTER TABLE public.people ENABLE ALWAYS TRIGGER _zanith_sync_people_8ac4f21f;
ALTER TABLE public.people ENABLE ALWAYS TRIGGER _zanith_emptied_people_8ac4f21f;
INSERT INTO public._zanith_new_people_8ac4f21f (during, boss_id, id, number, parent_id, mood, "Full Name") OVERRIDING SYSTEM VALUE SELECT during, boss_id, id, number, parent_id, mood, "Full Name" FROM ONLY public.people ON CONFLICT (id) DO NOTHING;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_part_people_number_8ac4f21f ON public._zanith_new_people_8ac4f21f USING btree (number) WITH (fillfactor='80');
CREATE INDEX CONCURRENTLY _zanith_part_people_by_mood_8ac4f21f ON public._zanith_new_people_8ac4f21f USING hash (mood);
CREATE UNIQUE INDEX CONCURRENTLY _zanith_part_people_names_8ac4f21f ON public._zanith_new_people_8ac4f21f USING btree (lower("Full Name")) WHERE (mood = 'fine'::public.mood);
DO 'BEGIN IF (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.during, t.loud, t.boss_id, t.id, t.number, t.parent_id, (t.mood)::text, t."Full Name"))) AS h, clock_timestamp() FROM ONLY public.people AS t) AS rows) IS DISTINCT FROM (SELECT concat_ws('':'', ''md5sum2/2'', count(*), coalesce(sum(hashtextextended(h, 1)), 0), coalesce(sum(hashtextextended(h, 2)), 0)) FROM (SELECT md5(record_send(ROW(t.during, t.loud, t.boss_id, t.id, t.number, t.parent_id, (t.mood)::text, t."Full Name"))) AS h, clock_timestamp() FROM ONLY public._zanith_new_people_8ac4f21f AS t) AS rows) THEN RAISE EXCEPTION USING ERRCODE = ''data_exception'', MESSAGE = ''the new public.people does not hold what the old one holds''; END IF; END';
LOCK TABLE ONLY public.people IN ACCESS EXCLUSIVE MODE;
DROP TRIGGER _zanith_sync_people_8ac4f21f ON public.people;
DROP TRIGGER _zanith_emptied_people_8ac4f21f ON public.people;
DROP FUNCTION public._zanith_sync_people_8ac4f21f();
ALTER TABLE public.pets DROP CONSTRAINT pets_friend;
ALTER TABLE public.pets DROP CONSTRAINT pets_owner;
ALTER TABLE public.pets DROP CONSTRAINT pets_unproven;
ALTER TABLE public.people DROP CONSTRAINT people_boss;
ALTER TABLE public.people DROP CONSTRAINT people_parent;
DROP TRIGGER "People" ON public.people;
DROP RULE people_stay ON public.people;
ALTER SEQUENCE public.people_number_seq OWNED BY NONE;
ALTER TABLE public.people ALTER COLUMN number DROP DEFAULT;
ALTER TABLE public.people RENAME CONSTRAINT people_during TO _zanith_dropped_people_during_83f9d2bd;
ALTER TABLE public.people RENAME CONSTRAINT people_number TO _zanith_dropped_people_number_83f9d2bd;
ALTER TABLE public.people RENAME CONSTRAINT people_pkey TO _zanith_dropped_people_pkey_83f9d2bd;
ALTER TABLE public.people RENAME CONSTRAINT people_id_not_null TO _zanith_dropped_people_id_not_null_83f9d2bd;
ALTER TABLE public.people RENAME CONSTRAINT "people_Full Name_not_null" TO "_zanith_dropped_people_Full Name_not_null_83f9d2bd";
ALTER TABLE public.people RENAME CONSTRAINT people_number_not_null TO _zanith_dropped_people_number_not_null_83f9d2bd;
ALTER INDEX public.people_by_mood RENAME TO _zanith_dropped_people_by_mood_83f9d2bd;
ALTER INDEX public.people_names RENAME TO _zanith_dropped_people_names_83f9d2bd;
ALTER SEQUENCE public.people_id_seq RENAME TO _zanith_dropped_people_id_seq_83f9d2bd;
ALTER TABLE public.people RENAME TO _zanith_dropped_people_83f9d2bd;
ALTER TABLE public._zanith_new_people_8ac4f21f RENAME TO people;
ALTER INDEX public._zanith_part_people_by_mood_8ac4f21f RENAME TO people_by_mood;
ALTER INDEX public._zanith_part_people_names_8ac4f21f RENAME TO people_names;
ALTER TABLE public.people RENAME CONSTRAINT _zanith_part_people_during_8ac4f21f TO people_during;
ALTER TABLE public.people ADD CONSTRAINT people_number UNIQUE USING INDEX _zanith_part_people_number_8ac4f21f;
ALTER TABLE public.people RENAME CONSTRAINT _zanith_part_people_pkey_8ac4f21f TO people_pkey;
ALTER TABLE public.people ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME public.people_id_seq START WITH 5 INCREMENT BY 5 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE);
SELECT pg_catalog.setval('public.people_id_seq', s.last_value, s.is_called) FROM public._zanith_dropped_people_id_seq_83f9d2bd AS s;
CREATE RULE people_stay AS
    ON DELETE TO public.people
   WHERE (old.number < 3) DO INSTEAD NOTHING;
CREATE TRIGGER "People" BEFORE UPDATE OF mood ON public.people FOR EACH ROW EXECUTE FUNCTION public.watch();
ALTER TABLE public.people DISABLE TRIGGER "People";
CREATE POLICY people_seen ON public.people AS PERMISSIVE FOR SELECT TO pg_monitor USING ((parent_id IS NOT NULL));
ALTER TABLE public.people REPLICA IDENTITY USING INDEX people_number;
ALTER TABLE public.people CLUSTER ON people_number;
COMMENT ON CONSTRAINT people_number ON public.people IS 'One each.';
ALTER TABLE public.people ADD CONSTRAINT people_old CHECK ((number > 0)) NOT VALID;
COMMENT ON INDEX public.people_names IS 'Whatever the case.';
ALTER TABLE public.people ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON TABLE public.people TO pg_monitor;
GRANT UPDATE (mood) ON TABLE public.people TO pg_monitor;
ALTER SEQUENCE public.people_number_seq OWNED BY public.people.number;
ALTER TABLE public.people ADD CONSTRAINT people_boss FOREIGN KEY (boss_id) REFERENCES public.people(id) DEFERRABLE INITIALLY DEFERRED NOT VALID;
ALTER TABLE public.people ADD CONSTRAINT people_parent FOREIGN KEY (parent_id) REFERENCES public.parents(id) ON DELETE CASCADE NOT VALID;
ALTER TABLE public.pets ADD CONSTRAINT pets_friend FOREIGN KEY (friend) REFERENCES public.people(number) NOT VALID;
ALTER TABLE public.pets ADD CONSTRAINT pets_owner FOREIGN KEY (owner_id) REFERENCES public.people(id) ON DELETE SET NULL NOT VALID;
COMMENT ON CONSTRAINT pets_owner ON public.pets IS 'Who feeds it.';
ALTER TABLE public.pets ADD CONSTRAINT pets_unproven FOREIGN KEY (friend) REFERENCES public.people(id) NOT VALID;
ALTER TABLE public.people VALIDATE CONSTRAINT people_boss;
ALTER TABLE public.people VALIDATE CONSTRAINT people_parent;
ALTER TABLE public.pets VALIDATE CONSTRAINT pets_friend;
ALTER TABLE public.pets VALIDATE CONSTRAINT pets_owner;
