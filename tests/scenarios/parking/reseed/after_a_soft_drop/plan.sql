ALTER TABLE public.users RENAME COLUMN age TO _zanith_dropped_age_83f9d2bd;
ALTER TABLE public.users ADD COLUMN age integer;
UPDATE public.users SET age = _zanith_dropped_age_83f9d2bd WHERE age IS NOT DISTINCT FROM NULL AND _zanith_dropped_age_83f9d2bd IS DISTINCT FROM NULL;
