CREATE TYPE order_state AS ENUM ('new', 'done');
CREATE TABLE orders (id bigint PRIMARY KEY, state order_state NOT NULL DEFAULT 'new', old order_state[], CONSTRAINT is_open CHECK (state <> 'done'::order_state));
CREATE INDEX open_orders ON orders (id) WHERE state = 'new'::order_state;
CREATE FUNCTION is_done(s order_state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT s::text = 'done' $$;
CREATE VIEW open AS SELECT id FROM orders WHERE state = 'new'::order_state AND NOT is_done(state);
CREATE CAST (order_state AS integer) WITH INOUT;
COMMENT ON TYPE order_state IS 'of an order';
COMMENT ON FUNCTION is_done(order_state) IS 'takes a public.state';
REVOKE ALL ON TYPE order_state FROM PUBLIC;
