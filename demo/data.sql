-- About 240,000 rows, the same ones every time: nothing here asks a clock or a random number.

INSERT INTO public.users (id, email, created_at, legacy_uuid)
SELECT md5('user ' || n)::uuid,
       'user' || n || '@example.com',
       timestamptz '2023-01-01 00:00+00' + n * interval '31 minutes',
       -- The first eight digits are the day of the last sign-in, as the system before wrote it.
       (to_char(date '2023-06-01' + n % 700, 'YYYYMMDD') || substr(md5('legacy ' || n), 9))::uuid
  FROM generate_series(1, 20000) AS n;

INSERT INTO public.customers (user_id, first_name, last_name, phone)
SELECT md5('user ' || n)::uuid,
       (ARRAY['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gia', 'Hugo'])[1 + n % 8],
       (ARRAY['Abel', 'Berg', 'Cole', 'Diaz', 'Engel', 'Fuchs', 'Groß'])[1 + n % 7],
       CASE WHEN n % 3 = 0 THEN '+49 30 ' || 100000 + n END
  FROM generate_series(1, 20000) AS n;

INSERT INTO public.addresses (customer_id, street, city, country)
SELECT n,
       'Street ' || n % 400,
       (ARRAY['Berlin', 'Wien', 'Zürich', 'Paris'])[1 + n % 4],
       (ARRAY['DE', 'AT', 'CH', 'FR'])[1 + n % 4]
  FROM generate_series(1, 20000) AS n;

INSERT INTO public.categories (name)
SELECT 'Category ' || n
  FROM generate_series(1, 40) AS n;
UPDATE public.categories
   SET parent_id = 1 + id % 5
 WHERE id > 5;

INSERT INTO public.products (sku, name, price, weight_grams, created_at)
SELECT 'SKU-' || lpad(n::text, 6, '0'),
       'Product ' || n,
       1 + n * 37 % 9900 / 100.0,
       nullif(n * 13 % 5000, 0),
       timestamptz '2022-01-01 00:00+00' + n * interval '5 hours'
  FROM generate_series(1, 2000) AS n;

INSERT INTO public.product_categories (product_id, category_id)
SELECT n, 1 + (n + k * 7) % 40
  FROM generate_series(1, 2000) AS n, generate_series(0, 1) AS k;

INSERT INTO public.inventory (product_id, on_hand, reserved)
SELECT n, 20 + n % 80, n % 20
  FROM generate_series(1, 2000) AS n;

INSERT INTO public.reviews (product_id, customer_id, stars, body, moderator_note, hidden)
SELECT 1 + n % 2000,
       1 + n * 7 % 20000,
       1 + n % 5,
       'Review ' || n,
       CASE WHEN n % 9 = 0 THEN 'looked at' ELSE 'none' END,
       n % 50 = 0
  FROM generate_series(1, 10000) AS n;

INSERT INTO public.coupons (code, percent, valid_until)
SELECT 'SAVE' || n, 1 + n % 50, date '2026-01-01' + n
  FROM generate_series(1, 200) AS n;

INSERT INTO public.carts (customer_id, touched_at)
SELECT 1 + n * 3 % 20000, timestamptz '2026-01-01 00:00+00' + n * interval '1 minute'
  FROM generate_series(1, 5000) AS n;

INSERT INTO public.cart_items (cart_id, product_id, quantity)
SELECT n, 1 + (n * 11 + k * 101) % 2000, 1 + n % 3
  FROM generate_series(1, 5000) AS n, generate_series(0, 2) AS k;

INSERT INTO public.orders (customer_id, coupon_code, status, placed_at, legacy_total)
SELECT 1 + n * 13 % 20000,
       CASE WHEN n % 10 = 0 THEN 'SAVE' || 1 + n % 200 END,
       (enum_range(NULL::public.order_status))[1 + n % 5],
       timestamptz '2024-01-01 00:00+00' + n * interval '30 minutes',
       10 + n % 500
  FROM generate_series(1, 30000) AS n;

INSERT INTO public.order_items (order_id, product_id, quantity, unit_price)
SELECT n, 1 + (n * 17 + k * 503) % 2000, 1 + n % 4, 1 + n * 37 % 9900 / 100.0
  FROM generate_series(1, 30000) AS n, generate_series(0, 1) AS k;

INSERT INTO public.payments (order_id, method, amount, paid_at)
SELECT n,
       (enum_range(NULL::public.payment_method))[1 + n % 3],
       10 + n % 500,
       timestamptz '2024-01-01 01:00+00' + n * interval '30 minutes'
  FROM generate_series(1, 28000) AS n;

INSERT INTO public.shipments (order_id, carrier, tracking_number, shipped_at)
SELECT n,
       (ARRAY['North Post', 'Quick Parcel'])[1 + n % 2],
       'TR' || lpad(n::text, 9, '0'),
       timestamptz '2024-01-02 00:00+00' + n * interval '30 minutes'
  FROM generate_series(1, 20000) AS n;

INSERT INTO public.audit_notes (order_id, author, note, written_at)
SELECT n * 15,
       (ARRAY['anna', 'bo', 'dee'])[1 + n % 3],
       'Note ' || n,
       timestamptz '2025-01-01 00:00+00' + n * interval '2 hours'
  FROM generate_series(1, 2000) AS n;

ANALYZE;
