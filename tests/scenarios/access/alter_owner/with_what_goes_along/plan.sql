ALTER TYPE sales.state OWNER TO pg_read_all_data;
ALTER SCHEMA sales OWNER TO pg_monitor;
ALTER SEQUENCE sales.numbers OWNER TO pg_monitor;
ALTER TABLE sales.items OWNER TO pg_monitor;
ALTER TABLE sales.orders OWNER TO pg_monitor;
