ALTER TABLE public.visit ADD COLUMN seen boolean DEFAULT false NOT NULL;
ALTER TABLE public.visit_2021 ALTER COLUMN seen SET DEFAULT true;
