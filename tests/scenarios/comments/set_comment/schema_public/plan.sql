COMMENT ON SCHEMA public IS 'standard public schema';
CREATE TABLE public.first (
    id integer
);
