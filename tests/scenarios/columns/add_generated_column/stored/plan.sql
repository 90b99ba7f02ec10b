ALTER TABLE public.users ADD COLUMN domain text GENERATED ALWAYS AS (split_part(email, '@'::text, 2)) STORED;
