CREATE TABLE public.asset (
    id bigint NOT NULL,
    name text DEFAULT 'none',
    CONSTRAINT asset_id CHECK (id > 0)
);
CREATE TABLE public.car (
    id bigint NOT NULL,
    name text DEFAULT 'none',
    wheels integer,
    CONSTRAINT asset_id CHECK (id > 0)
);
ALTER TABLE public.car INHERIT public.asset;
