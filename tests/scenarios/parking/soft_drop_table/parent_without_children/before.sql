CREATE TABLE all_orders (id int NOT NULL, state text);
CREATE TABLE orders (id int PRIMARY KEY, state text) INHERITS (all_orders);
INSERT INTO all_orders VALUES (0, 'old');
INSERT INTO orders SELECT n, 'new' FROM generate_series(1, 20) AS n;
