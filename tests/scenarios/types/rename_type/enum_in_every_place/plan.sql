ALTER TYPE public.state RENAME TO order_state;
