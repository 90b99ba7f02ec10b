CREATE EXTENSION postgres_fdw;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE public.item (
    id bigint NOT NULL,
    title text OPTIONS (column_name 'name') DEFAULT 'none'
) SERVER other OPTIONS (schema_name 'shop', table_name 'item');
COMMENT ON FOREIGN TABLE public.item IS 'Over there';
