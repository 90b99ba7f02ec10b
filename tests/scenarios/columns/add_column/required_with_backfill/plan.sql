ALTER TABLE public.users ADD COLUMN name text;
UPDATE public.users SET name = upper(email) WHERE name IS NULL;
ALTER TABLE public.users ADD CONSTRAINT _zanith_helper_name_9bd256ac CHECK (name IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_helper_name_9bd256ac;
ALTER TABLE public.users ALTER COLUMN name SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_helper_name_9bd256ac;
