DROP VIEW public.peaks;
ALTER TABLE public.notes DROP CONSTRAINT notes_city_day_fkey;
ALTER TABLE public.measures DETACH PARTITION public.measures_kept CONCURRENTLY;
ALTER TABLE public.measures_kept DROP CONSTRAINT IF EXISTS measures_kept_day_check;
LOCK TABLE public.measures IN ACCESS EXCLUSIVE MODE;
ALTER TABLE public.measures RENAME CONSTRAINT measures_pkey TO _zanith_helper_measures_pkey_297c6530;
ALTER INDEX public.measures_peak RENAME TO _zanith_helper_measures_peak_297c6530;
ALTER TABLE public.measures RENAME TO _zanith_helper_measures_297c6530;
CREATE TABLE public.measures (
    city integer CONSTRAINT measures_city_not_null NOT NULL,
    day date CONSTRAINT measures_day_not_null NOT NULL,
    peak integer,
    CONSTRAINT measures_pkey PRIMARY KEY (city, day)
);
INSERT INTO public.measures (city, day, peak) OVERRIDING SYSTEM VALUE SELECT city, day, peak FROM public._zanith_helper_measures_297c6530;
CREATE INDEX measures_peak ON public.measures USING btree (peak);
DROP TABLE public._zanith_helper_measures_297c6530;
ALTER TABLE public.measures DROP CONSTRAINT measures_pkey;
ALTER TABLE public.measures SET (fillfactor=80);
CREATE VIEW public.peaks AS
 SELECT max(peak) AS peak
   FROM public.measures;
ALTER TABLE public.measures_kept RENAME CONSTRAINT measures_city_not_null TO measures_kept_city_not_null;
ALTER TABLE public.measures_kept RENAME CONSTRAINT measures_day_not_null TO measures_kept_day_not_null;
CREATE UNIQUE INDEX CONCURRENTLY _zanith_helper_measures_pkey_52c5377b ON public.measures USING btree (day, city);
ALTER TABLE public.measures ADD CONSTRAINT measures_pkey PRIMARY KEY USING INDEX _zanith_helper_measures_pkey_52c5377b;
ALTER TABLE public.notes ADD CONSTRAINT notes_city_day_fkey FOREIGN KEY (city, day) REFERENCES public.measures(city, day) NOT VALID;
ALTER TABLE public.notes VALIDATE CONSTRAINT notes_city_day_fkey;
