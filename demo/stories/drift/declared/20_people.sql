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
