CREATE EXTENSION postgres_fdw;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.item (
    id bigint NOT NULL,
    title text OPTIONS (column_name 'title') DEFAULT 'none'
) SERVER other OPTIONS (table_name 'items', updatable 'false');
COMMENT ON FOREIGN TABLE public.item IS 'Over there';
