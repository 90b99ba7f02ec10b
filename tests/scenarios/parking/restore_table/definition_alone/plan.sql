CREATE SEQUENCE public.users_id_seq AS integer START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE;
CREATE TABLE public.users (
    id integer DEFAULT nextval('public.users_id_seq'::regclass) NOT NULL,
    name text
);
COMMENT ON TABLE public.users IS 'people';
ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;
CREATE INDEX CONCURRENTLY users_name_idx ON public.users USING btree (name);
CREATE POLICY own ON public.users AS PERMISSIVE FOR ALL TO PUBLIC USING ((name = CURRENT_USER));
ALTER TABLE public.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
