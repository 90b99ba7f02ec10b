CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);
CREATE TABLE public.log (id integer);

CREATE RULE logged AS ON INSERT TO public.orders DO ALSO INSERT INTO public.log VALUES (new.id);
ALTER TABLE public.orders DISABLE RULE logged;
COMMENT ON RULE logged ON public.orders IS 'For the audit';
