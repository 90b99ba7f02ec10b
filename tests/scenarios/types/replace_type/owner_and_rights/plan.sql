ALTER TYPE public.mood RENAME TO _zanith_helper_mood_83f9d2bd;
CREATE TYPE public.mood AS ENUM ('glad', 'sad');
ALTER TABLE public.days ALTER COLUMN mood TYPE public.mood USING mood::text::public.mood;
DROP TYPE public._zanith_helper_mood_83f9d2bd;
ALTER TYPE public.mood OWNER TO pg_monitor;
GRANT USAGE ON TYPE public.mood TO pg_read_all_data;
REVOKE USAGE ON TYPE public.mood FROM PUBLIC;
