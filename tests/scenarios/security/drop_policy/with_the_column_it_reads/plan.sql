DROP POLICY p ON public.t;
ALTER TABLE public.t DROP COLUMN owner;
