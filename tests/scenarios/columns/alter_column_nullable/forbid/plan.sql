ALTER TABLE public.users ADD CONSTRAINT _zanith_helper_email_83f9d2bd CHECK (email IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_helper_email_83f9d2bd;
ALTER TABLE public.users ALTER COLUMN email SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_helper_email_83f9d2bd;
