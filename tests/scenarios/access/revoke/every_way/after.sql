CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');

GRANT SELECT, INSERT ON sales.orders TO pg_monitor;
GRANT SELECT (id) ON sales.orders TO pg_read_all_data;
REVOKE DELETE ON sales.orders FROM CURRENT_USER;
REVOKE USAGE ON TYPE sales.state FROM PUBLIC;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
