ALTER TYPE public.mood ADD VALUE 'it''s great';
ALTER TABLE public.t ALTER COLUMN mood SET DEFAULT 'it''s great'::public.mood;
ALTER TABLE public.t ADD CONSTRAINT t_check CHECK (((mood <> 'it''s great'::public.mood) OR (id > 0))) NOT VALID;
ALTER TABLE public.t VALIDATE CONSTRAINT t_check;
