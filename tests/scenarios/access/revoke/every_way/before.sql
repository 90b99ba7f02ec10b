CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');

GRANT SELECT, INSERT ON sales.orders TO pg_monitor WITH GRANT OPTION;
GRANT SELECT ON sales.orders TO pg_read_all_data;
GRANT UPDATE (owner) ON sales.orders TO PUBLIC;
