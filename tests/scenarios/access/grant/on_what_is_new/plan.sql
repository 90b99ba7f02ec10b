CREATE TYPE sales.state AS ENUM ('open', 'paid');
CREATE SEQUENCE sales.numbers AS bigint START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1 NO CYCLE;
CREATE TABLE sales.orders (
    id integer GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME sales.orders_id_seq START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 CACHE 1 NO CYCLE) NOT NULL,
    owner text,
    total numeric
);
GRANT INSERT ON TABLE sales.orders TO pg_monitor;
GRANT UPDATE (owner) ON TABLE sales.orders TO pg_read_all_data;
