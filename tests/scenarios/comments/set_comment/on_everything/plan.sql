ALTER INDEX public.t_b RENAME TO z_b;
COMMENT ON SCHEMA public IS 'ours';
COMMENT ON SCHEMA s IS 'new';
COMMENT ON TYPE public.mood IS 'mood';
COMMENT ON SEQUENCE public.numbers IS 'numbers';
COMMENT ON TABLE public."T" IS 'it''s a table';
COMMENT ON COLUMN public."T"."A" IS  E'two
lines and a \\';
COMMENT ON COLUMN public."T".b IS NULL;
COMMENT ON CONSTRAINT "T_pkey" ON public."T" IS 'key';
COMMENT ON CONSTRAINT positive ON public."T" IS 'positive';
COMMENT ON INDEX public.t_a IS 'index';
COMMENT ON INDEX public.z_b IS 'renamed index';
COMMENT ON POLICY p ON public."T" IS 'policy';
