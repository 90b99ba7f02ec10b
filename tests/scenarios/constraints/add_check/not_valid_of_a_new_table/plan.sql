CREATE TABLE public.n (
    a integer
);
ALTER TABLE public.n ADD CONSTRAINT positive CHECK ((a > 0)) NOT VALID;
