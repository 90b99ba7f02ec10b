ALTER TABLE public.t ADD CONSTRAINT "No Brackets" CHECK (((("B" <> ')'::text) AND ("B" <> '%s {}'::text)) OR (a = ANY (ARRAY[1, 2])))) NO INHERIT NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT "No Brackets";
ALTER TABLE public.t ADD CONSTRAINT for_new_rows CHECK ((a < 10)) NOT VALID;
COMMENT ON CONSTRAINT for_new_rows ON public.t IS 'since today';
ALTER TABLE public.t ADD CONSTRAINT positive CHECK ((a > 0)) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT positive;
