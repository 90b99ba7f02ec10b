CREATE TABLE public.users (id integer, n integer);
CREATE VIEW public.v AS SELECT id, n FROM public.users;
CREATE VIEW public.w AS SELECT v.id, users.n FROM public.v, public.users;
CREATE VIEW public.x AS SELECT people.id FROM public.users AS people;
CREATE VIEW public.y AS SELECT p.id, (SELECT max(users.n) FROM public.users) AS most FROM public.users AS p;
