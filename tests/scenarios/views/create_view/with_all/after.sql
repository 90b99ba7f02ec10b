CREATE TABLE public.orders (
    id integer PRIMARY KEY,
    total numeric(10, 2),
    note text
);

CREATE FUNCTION public.zero() RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE VIEW public.totals WITH (security_barrier) AS
    SELECT id, total FROM public.orders WHERE total > 0
    WITH LOCAL CHECK OPTION;
ALTER VIEW public.totals ALTER COLUMN total SET DEFAULT public.zero();
COMMENT ON VIEW public.totals IS 'What was earned';
COMMENT ON COLUMN public.totals.total IS 'Gross';
CREATE VIEW public."Big ""Totals" AS SELECT * FROM public.totals WHERE total > 1000;
