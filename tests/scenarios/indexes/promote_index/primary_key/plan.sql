ALTER TABLE public.users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
ALTER TABLE public.posts DROP CONSTRAINT posts_author_fkey;
ALTER TABLE public.posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.posts VALIDATE CONSTRAINT posts_author_fkey;
