UPDATE public.users SET name = upper(email) WHERE name IS NULL;
