ALTER TABLE public.users DROP COLUMN age;
ALTER TABLE public.users ADD COLUMN age integer;
UPDATE public.users SET (age) = (SELECT coalesce(public.users.age, a.age) FROM _zanith_archive._zanith_dropped_age_83f9d2bd AS a WHERE a.id = public.users.id) WHERE EXISTS (SELECT FROM _zanith_archive._zanith_dropped_age_83f9d2bd AS a WHERE a.id = public.users.id AND (public.users.age IS NOT DISTINCT FROM NULL AND a.age IS DISTINCT FROM NULL));
