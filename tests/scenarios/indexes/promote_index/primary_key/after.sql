CREATE TABLE public.users (id integer PRIMARY KEY, email text);
CREATE TABLE public.posts (author integer);
ALTER TABLE public.posts ADD CONSTRAINT posts_author_fkey FOREIGN KEY (author) REFERENCES public.users (id);
