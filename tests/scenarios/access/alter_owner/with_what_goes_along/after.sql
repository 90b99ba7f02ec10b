CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');

CREATE TABLE sales.items (id serial);
GRANT SELECT ON sales.orders TO pg_read_all_data;
ALTER TABLE sales.orders OWNER TO pg_monitor;
ALTER TABLE sales.items OWNER TO pg_monitor;
ALTER SEQUENCE sales.numbers OWNER TO pg_monitor;
ALTER TYPE sales.state OWNER TO pg_read_all_data;
GRANT USAGE ON SEQUENCE sales.items_id_seq TO pg_read_all_data;
ALTER SCHEMA sales OWNER TO pg_monitor;
