CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE TABLE public.log (id integer);

CREATE RULE logged AS ON UPDATE TO public.orders DO ALSO INSERT INTO public.log VALUES (old.id);
ALTER TABLE public.orders ENABLE ALWAYS RULE logged;
