CREATE TABLE public.untouched (id integer);
CREATE TABLE public."Zone" (id serial, region text) PARTITION BY LIST (region);
CREATE TABLE public."Area" PARTITION OF public."Zone" FOR VALUES IN ('eu');
