-- The storefront as it runs today; data.sql fills it.

CREATE TYPE public.order_status AS ENUM ('placed', 'paid', 'packed', 'shipped', 'returned');
CREATE TYPE public.payment_method AS ENUM ('card', 'transfer', 'voucher');

CREATE TABLE public.users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    legacy_uuid uuid,
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_check CHECK (email LIKE '%@%')
);
COMMENT ON TABLE public.users IS 'Whoever can sign in.';

CREATE TABLE public.customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES public.users (id),
    first_name text NOT NULL,
    last_name text NOT NULL,
    full_name text GENERATED ALWAYS AS (first_name || ' ' || last_name) STORED,
    phone varchar(32),
    CONSTRAINT customers_user_id_key UNIQUE (user_id)
);
CREATE INDEX customers_last_name_idx ON public.customers (lower(last_name));

CREATE TABLE public.addresses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES public.customers (id) ON DELETE CASCADE,
    street text NOT NULL,
    city text NOT NULL,
    country char(2) NOT NULL DEFAULT 'DE'
);
CREATE INDEX addresses_customer_id_idx ON public.addresses (customer_id);

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

CREATE SEQUENCE public.invoice_number AS bigint START WITH 100000;

CREATE TABLE public.coupons (
    code varchar(16) PRIMARY KEY,
    percent smallint NOT NULL CHECK (percent BETWEEN 1 AND 90),
    valid_until date
);

CREATE TABLE public.carts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES public.customers (id) ON DELETE CASCADE,
    touched_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.cart_items (
    cart_id bigint NOT NULL REFERENCES public.carts (id) ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES public.products (id),
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity > 0),
    PRIMARY KEY (cart_id, product_id)
);

CREATE TABLE public.orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES public.customers (id),
    coupon_code varchar(16) REFERENCES public.coupons (code),
    status public.order_status NOT NULL DEFAULT 'placed',
    invoice bigint NOT NULL DEFAULT nextval('public.invoice_number') UNIQUE,
    placed_at timestamptz NOT NULL DEFAULT now(),
    legacy_total numeric(12, 2)
);
CREATE INDEX orders_customer_id_idx ON public.orders (customer_id, placed_at DESC);
CREATE INDEX orders_open_idx ON public.orders (placed_at) WHERE status <> 'shipped';

CREATE TABLE public.order_items (
    order_id bigint NOT NULL REFERENCES public.orders (id) ON DELETE CASCADE,
    product_id bigint NOT NULL REFERENCES public.products (id),
    quantity integer NOT NULL CHECK (quantity > 0),
    unit_price numeric(10, 2) NOT NULL,
    line_total numeric(12, 2) GENERATED ALWAYS AS (quantity * unit_price) STORED,
    PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_items_product_id_idx ON public.order_items (product_id);

CREATE TABLE public.payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES public.orders (id),
    method public.payment_method NOT NULL,
    amount numeric(12, 2) NOT NULL CHECK (amount > 0),
    paid_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX payments_order_id_idx ON public.payments (order_id);

CREATE TABLE public.shipments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES public.orders (id),
    carrier text NOT NULL,
    tracking_number text UNIQUE,
    shipped_at timestamptz
);
CREATE INDEX shipments_order_id_idx ON public.shipments (order_id);

CREATE TABLE public.audit_notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint REFERENCES public.orders (id) ON DELETE SET NULL,
    author text NOT NULL,
    note text NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_notes_order_id_idx ON public.audit_notes (order_id);
