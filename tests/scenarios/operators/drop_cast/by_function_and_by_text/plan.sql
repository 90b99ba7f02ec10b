DROP CAST (public.mood AS integer);
DROP CAST (public.mood AS pg_catalog.bytea);
