CREATE TABLE public.asset (
    id bigint NOT NULL,
    name text DEFAULT 'none',
    CONSTRAINT asset_id CHECK (id > 0)
);
CREATE TABLE public.car (wheels integer) INHERITS (public.asset);
ALTER TABLE ONLY public.asset DROP COLUMN name;
