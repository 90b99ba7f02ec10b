ALTER TABLE public.users RENAME CONSTRAINT has_id TO users_id_not_null;
ALTER TABLE public.users ADD CONSTRAINT _zanith_helper_mail_e66d0980 CHECK (mail IS NOT NULL) NOT VALID;
ALTER TABLE public.users VALIDATE CONSTRAINT _zanith_helper_mail_e66d0980;
ALTER TABLE public.users ALTER COLUMN mail SET NOT NULL;
ALTER TABLE public.users DROP CONSTRAINT _zanith_helper_mail_e66d0980;
ALTER TABLE public.users RENAME CONSTRAINT users_mail_not_null TO has_mail;
ALTER TABLE public.users RENAME CONSTRAINT users_name_not_null TO has_name;
