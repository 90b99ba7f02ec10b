ALTER TABLE public.users RENAME COLUMN _zanith_dropped_code_83f9d2bd TO code;
ALTER TABLE public.users ADD COLUMN upper text GENERATED ALWAYS AS (upper(code)) STORED;
CREATE VIEW public.names AS
 SELECT u.upper,
    u.code
   FROM (public.users u
     JOIN public.users o ON ((o.id = u.id)));
CREATE TRIGGER renamed AFTER UPDATE OF code ON public.users FOR EACH ROW EXECUTE FUNCTION public.noted();
