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
