CREATE TABLE public.people (id integer, n integer);
CREATE VIEW public.v AS SELECT id, n FROM public.people;
CREATE VIEW public.w AS SELECT v.id, people.n FROM public.v, public.people;
CREATE VIEW public.x AS SELECT people.id FROM public.people AS people;
CREATE VIEW public.y AS SELECT p.id, (SELECT max(people.n) FROM public.people) AS most FROM public.people AS p;
