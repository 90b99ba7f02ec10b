ALTER FOREIGN TABLE public.item OPTIONS (DROP schema_name, SET table_name 'items', ADD updatable 'false');
ALTER FOREIGN TABLE public.item ALTER COLUMN title OPTIONS (SET column_name 'title');
