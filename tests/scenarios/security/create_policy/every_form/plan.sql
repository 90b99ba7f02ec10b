CREATE POLICY "See own" ON public.t AS PERMISSIVE FOR SELECT TO pg_monitor, pg_read_all_data USING ((owner = CURRENT_USER));
CREATE POLICY change_own ON public.t AS PERMISSIVE FOR UPDATE TO PUBLIC USING ((id > 0)) WITH CHECK ((id > 1));
COMMENT ON POLICY change_own ON public.t IS 'since today';
CREATE POLICY delete_own ON public.t AS PERMISSIVE FOR DELETE TO PUBLIC USING ((id IN ( SELECT 1)));
CREATE POLICY everything ON public.t AS PERMISSIVE FOR ALL TO PUBLIC;
CREATE POLICY write_own ON public.t AS RESTRICTIVE FOR INSERT TO PUBLIC WITH CHECK (((id > 0) AND (owner = 'it''s'::text)));
