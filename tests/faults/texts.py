"""SQL that the faults run."""

from __future__ import annotations

LOCKED = """
SELECT count(*) > 0 FROM pg_locks
 WHERE relation = 'public.users'::regclass AND mode = 'AccessExclusiveLock'
"""
STRIKES = """
CREATE FUNCTION public._zanith_on_write() RETURNS trigger LANGUAGE plpgsql
SET search_path = '' AS $$
BEGIN
    PERFORM public._zanith_strike();
    RETURN NULL;
END $$;
CREATE TRIGGER _zanith_on_write BEFORE UPDATE ON public.users
    FOR EACH STATEMENT EXECUTE FUNCTION public._zanith_on_write();
-- What the watch of a build says is beside the run.
CREATE TRIGGER _zanith_on_write AFTER INSERT ON public._zanith_events
    FOR EACH ROW WHEN (NEW.kind <> 'lock_waiting')
    EXECUTE FUNCTION public._zanith_on_write();
CREATE FUNCTION public._zanith_on_ddl() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = '' AS $$
BEGIN
    PERFORM public._zanith_strike();
END $$;
CREATE EVENT TRIGGER _zanith_on_ddl ON ddl_command_start EXECUTE FUNCTION public._zanith_on_ddl();
"""
ROLES = """
DO $$ BEGIN
    CREATE ROLE {owners};
    CREATE ROLE {role} LOGIN PASSWORD 'secret' IN ROLE {owners};
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
GRANT CREATE ON DATABASE {database} TO {role};
GRANT CREATE, USAGE ON SCHEMA public TO {role}, {owners};
GRANT ALL ON public._zanith_fault TO {owners};
ALTER TABLE public.users OWNER TO {owners};
ALTER TABLE public.notes OWNER TO {owners};
"""
LEDGER = """
SELECT oid::regclass::text FROM pg_class WHERE relname ^@ '_zanith_' AND relkind = 'r'
"""
