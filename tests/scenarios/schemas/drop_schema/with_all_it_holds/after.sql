CREATE TABLE public.lines (order_id int);
