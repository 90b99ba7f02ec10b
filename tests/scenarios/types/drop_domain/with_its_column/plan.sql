ALTER TABLE public.orders DROP COLUMN total;
DROP DOMAIN public.amount;
