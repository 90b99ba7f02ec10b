CREATE VIEW public.latest AS
 SELECT NULL::integer AS id,
    NULL::text COLLATE pg_catalog."C" AS note;
CREATE OR REPLACE FUNCTION public.newest()
 RETURNS SETOF public.latest
 LANGUAGE sql
AS $function$SELECT id, note FROM public.orders ORDER BY id DESC LIMIT 1$function$;
CREATE OR REPLACE VIEW public.latest AS
 SELECT id,
    (note COLLATE "C") AS note
   FROM public.newest() newest(id, note);
