CREATE TABLE public.asset (
    id bigint NOT NULL,
    name text DEFAULT 'none',
    CONSTRAINT asset_id CHECK (id > 0)
);
CREATE TABLE public.car (wheels integer) INHERITS (public.asset);
INSERT INTO public.car VALUES (1, 'a', 4);
