CREATE TABLE public.users (email text, region text, CONSTRAINT users_email UNIQUE (email) INCLUDE (region) DEFERRABLE);
