CREATE TABLE public.categories (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id integer REFERENCES public.categories (id),
    name text NOT NULL UNIQUE
);

CREATE TABLE public.products (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku varchar(20) NOT NULL UNIQUE,
    name text NOT NULL,
    price numeric(10, 2) NOT NULL,
    weight_grams integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT products_price_check CHECK (price >= 0)
);
COMMENT ON COLUMN public.products.price IS 'In euro, tax included.';
CREATE INDEX products_name_idx ON public.products (name);

CREATE TABLE public.product_categories (
    product_id bigint NOT NULL REFERENCES public.products (id) ON DELETE CASCADE,
    category_id integer NOT NULL REFERENCES public.categories (id),
    PRIMARY KEY (product_id, category_id)
);

CREATE TABLE public.inventory (
    product_id bigint PRIMARY KEY REFERENCES public.products (id) ON DELETE CASCADE,
    on_hand integer NOT NULL DEFAULT 0,
    reserved integer NOT NULL DEFAULT 0,
    available integer GENERATED ALWAYS AS (on_hand - reserved) STORED,
    CONSTRAINT inventory_reserved_check CHECK (reserved BETWEEN 0 AND on_hand)
);

CREATE TABLE public.reviews (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_id bigint NOT NULL REFERENCES public.products (id),
    customer_id bigint NOT NULL REFERENCES public.customers (id),
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    body text,
    moderator_note text DEFAULT 'none',
    hidden boolean NOT NULL DEFAULT false
);
CREATE INDEX reviews_product_id_idx ON public.reviews (product_id) WHERE NOT hidden;
CREATE INDEX reviews_moderator_note_idx ON public.reviews (moderator_note);
ALTER TABLE public.reviews ENABLE ROW LEVEL SECURITY;
CREATE POLICY reviews_visible ON public.reviews FOR SELECT USING (NOT hidden);
