CREATE OR REPLACE VIEW public.latest AS
 SELECT NULL::integer AS id,
    NULL::text COLLATE pg_catalog."C" AS note;
DROP ROUTINE public.newest();
DROP VIEW public.latest;
