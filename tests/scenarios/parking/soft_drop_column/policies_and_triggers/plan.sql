DROP POLICY writers ON public.letters;
DROP POLICY own ON public.users;
DROP TRIGGER changed ON public.users;
DROP TRIGGER moved ON public.users;
DROP RULE kept ON public.users;
ALTER TABLE public.users RENAME COLUMN owner TO _zanith_dropped_owner_83f9d2bd;
