ALTER TABLE public.counts ALTER COLUMN id TYPE bigint;
ALTER TABLE public.uses ALTER COLUMN count TYPE bigint;
ALTER TABLE public.orders DROP CONSTRAINT orders_buyer_fkey;
ALTER TABLE public.orders ALTER COLUMN buyer TYPE uuid USING buyer::uuid;
ALTER TABLE public.users ALTER COLUMN id TYPE uuid USING id::uuid;
ALTER TABLE public.orders ADD CONSTRAINT orders_buyer_fkey FOREIGN KEY (buyer) REFERENCES public.users(id) NOT VALID;
ALTER TABLE public.orders VALIDATE CONSTRAINT orders_buyer_fkey;
