GRANT USAGE ON TYPE sales.state TO pg_monitor WITH GRANT OPTION;
GRANT CREATE ON SCHEMA public TO pg_monitor;
GRANT USAGE ON SCHEMA sales TO pg_monitor;
GRANT USAGE ON SEQUENCE sales.numbers TO pg_monitor;
GRANT SELECT ON SEQUENCE sales.orders_id_seq TO pg_monitor;
GRANT INSERT, SELECT ON TABLE sales.orders TO pg_monitor;
GRANT UPDATE ON TABLE sales.orders TO pg_read_all_data WITH GRANT OPTION;
GRANT SELECT (id) ON TABLE sales.orders TO PUBLIC;
GRANT UPDATE (owner) ON TABLE sales.orders TO PUBLIC;
