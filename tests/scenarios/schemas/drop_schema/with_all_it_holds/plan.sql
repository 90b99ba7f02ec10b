ALTER TABLE public.lines DROP CONSTRAINT lines_order_id_fkey;
DROP TABLE sales.orders;
DROP SEQUENCE sales.numbers;
DROP TYPE sales.mood;
DROP SCHEMA sales;
