ALTER TABLE public.users RENAME COLUMN _zanith_dropped_code_83f9d2bd TO code;
ALTER TABLE public.users ADD COLUMN upper text GENERATED ALWAYS AS (upper(code)) STORED;
CREATE VIEW public.names AS
 SELECT upper,
    code
   FROM public.users;
CREATE TRIGGER renamed AFTER UPDATE OF code ON public.users FOR EACH ROW EXECUTE FUNCTION public.noted();
