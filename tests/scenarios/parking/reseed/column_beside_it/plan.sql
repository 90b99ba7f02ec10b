UPDATE public.users SET age = _zanith_dropped_age_83f9d2bd WHERE age IS NOT DISTINCT FROM NULL AND _zanith_dropped_age_83f9d2bd IS DISTINCT FROM NULL;
