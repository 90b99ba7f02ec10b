CREATE OR REPLACE RULE logged AS
    ON UPDATE TO public.orders DO  INSERT INTO public.log (id)
  VALUES (old.id);
ALTER TABLE public.orders ENABLE ALWAYS RULE logged;
COMMENT ON RULE logged ON public.orders IS NULL;
