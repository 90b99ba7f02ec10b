ALTER TABLE public.users ADD COLUMN age_in_years integer;
COMMENT ON COLUMN public.users.age_in_years IS 'in years';
UPDATE public.users SET age_in_years = (SELECT a.age FROM _zanith_archive._zanith_dropped_age_83f9d2bd AS a WHERE a.id = public.users.id) WHERE age_in_years IS NOT DISTINCT FROM NULL AND EXISTS (SELECT FROM _zanith_archive._zanith_dropped_age_83f9d2bd AS a WHERE a.id = public.users.id AND a.age IS DISTINCT FROM NULL);
CREATE INDEX CONCURRENTLY users_age_idx1 ON public.users USING btree (age_in_years);
