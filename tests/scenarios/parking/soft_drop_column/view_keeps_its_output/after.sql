CREATE TABLE orders (id int PRIMARY KEY, state text, customer_reference text);
CREATE VIEW open_orders AS SELECT id, customer_reference AS reference FROM orders WHERE state = 'open';
GRANT SELECT ON open_orders TO PUBLIC;
