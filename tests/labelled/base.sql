-- What every labelled migration starts from, before what its case adds.
CREATE TABLE public.countries (code char(2) PRIMARY KEY, name text);
CREATE TABLE public.customers (
    id bigint PRIMARY KEY,
    email text NOT NULL,
    name varchar(50),
    phone text,
    country char(2),
    status text NOT NULL DEFAULT 'new',
    score integer,
    note text,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE public.orders (
    id bigint PRIMARY KEY,
    customer_id bigint,
    number integer NOT NULL,
    code varchar(20),
    price numeric(10,2),
    total numeric(10,2) CONSTRAINT orders_total CHECK (total >= 0),
    quantity bigint NOT NULL DEFAULT 1,
    placed timestamp,
    state text NOT NULL DEFAULT 'new',
    ref text,
    payload json
);
CREATE INDEX orders_customer ON public.orders (customer_id);
CREATE INDEX orders_ref ON public.orders (ref);
CREATE TABLE public.lines (
    order_id bigint REFERENCES public.orders,
    position integer,
    sku text,
    amount integer,
    seen timestamptz
);
CREATE TABLE public.drafts (id bigint PRIMARY KEY, title text, kind integer, body text);
INSERT INTO public.countries VALUES ('DE', 'Germany'), ('FR', 'France');
INSERT INTO public.customers (id, email, name, phone, country, score)
SELECT n, 'c' || n || '@example.org', 'name ' || n, '+49' || n, 'DE', n
  FROM generate_series(1, 40) AS n;
INSERT INTO public.orders (id, customer_id, number, code, price, total, placed, ref, payload)
SELECT n, n, n, 'K' || n, n, n, timestamp '2026-01-01', 'r' || n, '{}'
  FROM generate_series(1, 40) AS n;
INSERT INTO public.lines SELECT n, 1, 'sku' || n, n, now() FROM generate_series(1, 40) AS n;
