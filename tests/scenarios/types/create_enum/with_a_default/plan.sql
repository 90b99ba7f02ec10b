CREATE TYPE public."Mood" AS ENUM ('so-so', 'it''s fine',  E'back\\slash');
COMMENT ON TYPE public."Mood" IS 'how it feels';
ALTER TABLE public.t ADD COLUMN mood public."Mood" DEFAULT 'so-so'::public."Mood";
ALTER TABLE public.t ADD COLUMN moods public."Mood"[];
