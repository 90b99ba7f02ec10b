ALTER TABLE public.tickets ADD COLUMN token uuid DEFAULT gen_random_uuid() NOT NULL;
