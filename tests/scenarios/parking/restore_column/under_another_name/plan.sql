ALTER TABLE public.users RENAME COLUMN _zanith_dropped_age_83f9d2bd TO age_in_years;
ALTER TABLE public.users RENAME CONSTRAINT _zanith_dropped_users_age_key_83f9d2bd TO users_age_key1;
ALTER TABLE public.users ALTER COLUMN age_in_years SET DEFAULT 0;
ALTER TABLE public.users ADD CONSTRAINT _zanith_helper_age_in_years_83f9d2bd CHECK (age_in_years IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_helper_age_in_years_83f9d2bd;
ALTER TABLE public.users ALTER COLUMN age_in_years SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_helper_age_in_years_83f9d2bd;
ALTER TABLE public.users ADD CONSTRAINT users_age_check1 CHECK ((age_in_years >= 0)) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT users_age_check1;
