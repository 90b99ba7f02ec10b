DROP TRIGGER heard ON public.people;
DROP TRIGGER changed ON public.users;
DROP TRIGGER counted ON public.users;
