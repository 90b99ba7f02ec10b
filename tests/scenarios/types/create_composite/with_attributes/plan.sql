CREATE TYPE public.day AS (at date, note text COLLATE pg_catalog."C", moods public.mood[]);
COMMENT ON COLUMN public.day.note IS 'As written';
COMMENT ON TYPE public.day IS 'One day';
CREATE TABLE public.diary (
    id integer NOT NULL,
    day public.day,
    CONSTRAINT diary_pkey PRIMARY KEY (id)
);
