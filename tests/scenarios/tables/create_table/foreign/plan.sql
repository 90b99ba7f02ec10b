CREATE FOREIGN TABLE public.item (
    id bigint NOT NULL,
    title text OPTIONS (column_name 'name') DEFAULT 'none'::text
) SERVER other OPTIONS (schema_name 'shop', table_name 'item');
COMMENT ON FOREIGN TABLE public.item IS 'Over there';
