ALTER TABLE public.users RENAME TO people;
ALTER TABLE public.people RENAME CONSTRAINT users_id_not_null TO people_id_not_null;
ALTER TABLE public.people RENAME CONSTRAINT users_email_key TO people_email_key;
ALTER TABLE public.people RENAME CONSTRAINT users_pkey TO people_pkey;
