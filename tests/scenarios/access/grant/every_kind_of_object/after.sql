CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');

GRANT USAGE ON SCHEMA sales TO pg_monitor;
GRANT SELECT, INSERT ON sales.orders TO pg_monitor;
GRANT UPDATE ON sales.orders TO pg_read_all_data WITH GRANT OPTION;
GRANT SELECT (id), UPDATE (owner) ON sales.orders TO PUBLIC;
GRANT USAGE ON SEQUENCE sales.numbers TO pg_monitor;
GRANT SELECT ON SEQUENCE sales.orders_id_seq TO pg_monitor;
GRANT USAGE ON TYPE sales.state TO pg_monitor WITH GRANT OPTION;
GRANT CREATE ON SCHEMA public TO pg_monitor;
