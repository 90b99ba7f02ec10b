CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');

ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO pg_monitor;
GRANT SELECT, INSERT ON sales.orders TO pg_monitor;
GRANT UPDATE (owner) ON sales.orders TO pg_read_all_data;
