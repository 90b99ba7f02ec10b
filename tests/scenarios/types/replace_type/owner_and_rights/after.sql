CREATE TYPE public.mood AS ENUM ('glad', 'sad');
ALTER TYPE public.mood OWNER TO pg_monitor;
REVOKE USAGE ON TYPE public.mood FROM PUBLIC;
GRANT USAGE ON TYPE public.mood TO pg_read_all_data;
CREATE TABLE public.days (day date, mood public.mood);
