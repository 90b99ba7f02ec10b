CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE VIEW public.latest AS SELECT id, note COLLATE "C" AS note FROM public.orders;
CREATE FUNCTION public.newest() RETURNS SETOF public.latest LANGUAGE sql
    AS 'SELECT id, note FROM public.orders ORDER BY id DESC LIMIT 1';
CREATE OR REPLACE VIEW public.latest AS
    SELECT newest.id, newest.note COLLATE "C" AS note FROM public.newest();
