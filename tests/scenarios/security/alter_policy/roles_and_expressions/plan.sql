ALTER POLICY closed ON public.t WITH CHECK ((id > 5));
DROP POLICY less ON public.t;
CREATE POLICY less ON public.t AS PERMISSIVE FOR ALL TO PUBLIC USING ((id > 0));
COMMENT ON POLICY less ON public.t IS 'less';
ALTER POLICY opened ON public.t USING ((id > 1));
ALTER POLICY roles ON public.t TO pg_monitor, pg_read_all_data;
