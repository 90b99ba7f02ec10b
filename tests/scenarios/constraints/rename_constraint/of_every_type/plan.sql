ALTER TABLE public.orders RENAME CONSTRAINT o_user TO "Order's user";
ALTER TABLE public.t RENAME CONSTRAINT x TO y;
ALTER TABLE public.users RENAME CONSTRAINT u_age TO users_age_check;
ALTER TABLE public.users RENAME CONSTRAINT u_mail TO users_email_key;
ALTER TABLE public.users RENAME CONSTRAINT u_pk TO users_pkey;
COMMENT ON CONSTRAINT users_age_check ON public.users IS 'old enough';
