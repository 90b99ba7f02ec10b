ALTER TABLE public.users ADD COLUMN "Plan" text DEFAULT 'free'::text NOT NULL;
COMMENT ON COLUMN public.users."Plan" IS 'what it''s worth';
