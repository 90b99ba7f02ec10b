CREATE TYPE public.order_status AS ENUM ('placed', 'paid', 'packed', 'shipped', 'returned');
CREATE TYPE public.payment_method AS ENUM ('card', 'transfer', 'voucher');
