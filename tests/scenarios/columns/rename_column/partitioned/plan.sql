ALTER TABLE public.visit RENAME COLUMN page TO site;
