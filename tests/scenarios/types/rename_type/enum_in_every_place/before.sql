CREATE TYPE state AS ENUM ('new', 'done');
CREATE TABLE orders (id bigint PRIMARY KEY, state state NOT NULL DEFAULT 'new', old state[], CONSTRAINT is_open CHECK (state <> 'done'::state));
CREATE INDEX open_orders ON orders (id) WHERE state = 'new'::state;
CREATE FUNCTION is_done(s state) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT s::text = 'done' $$;
CREATE VIEW open AS SELECT id FROM orders WHERE state = 'new'::state AND NOT is_done(state);
CREATE CAST (state AS integer) WITH INOUT;
COMMENT ON TYPE state IS 'of an order';
COMMENT ON FUNCTION is_done(state) IS 'takes a public.state';
REVOKE ALL ON TYPE state FROM PUBLIC;
