CREATE TABLE public.users (id integer NOT NULL, email text);
CREATE UNIQUE INDEX users_pkey ON public.users (id);
CREATE TABLE public.posts (author integer);
ALTER TABLE public.posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES public.users (id);
