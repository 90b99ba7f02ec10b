CREATE STATISTICS public."Most common" (mcv) ON a, (b + 1) FROM public.t;
CREATE STATISTICS public.of_columns ON a, b FROM public.t;
ALTER STATISTICS public.of_columns SET STATISTICS 50;
COMMENT ON STATISTICS public.of_columns IS 'they go together';
