CREATE TABLE public.asset (
    id bigint NOT NULL,
    name text DEFAULT 'none',
    CONSTRAINT asset_id CHECK (id > 0)
);
