CREATE SCHEMA sales;
COMMENT ON SCHEMA sales IS 'sold';
CREATE TYPE sales.mood AS ENUM ('good', 'bad');
CREATE SEQUENCE sales.numbers;
CREATE TABLE sales.orders (id int PRIMARY KEY DEFAULT nextval('sales.numbers'), mood sales.mood);
CREATE TABLE public.lines (order_id int REFERENCES sales.orders);
