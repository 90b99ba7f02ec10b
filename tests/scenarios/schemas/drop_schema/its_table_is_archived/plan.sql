CREATE TABLE public.t (
    id integer
);
ALTER TABLE sales.orders RENAME CONSTRAINT orders_pkey TO _zanith_dropped_orders_pkey_e66d0980;
ALTER TABLE sales.orders RENAME CONSTRAINT orders_id_not_null TO _zanith_dropped_orders_id_not_null_e66d0980;
ALTER TABLE sales.orders RENAME TO _zanith_dropped_orders_e66d0980;
ALTER TABLE sales._zanith_dropped_orders_e66d0980 SET SCHEMA _zanith_archive;
DROP SCHEMA sales;
