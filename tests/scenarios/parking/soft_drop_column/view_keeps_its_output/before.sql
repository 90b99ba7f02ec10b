CREATE TABLE orders (id int PRIMARY KEY, reference text, state text);
CREATE VIEW open_orders AS SELECT id, reference FROM orders WHERE state = 'open';
GRANT SELECT ON open_orders TO PUBLIC;
INSERT INTO orders SELECT n, 'R' || n, 'open' FROM generate_series(1, 20) AS n;
