CREATE DOMAIN amount AS integer CHECK (VALUE > 0);
CREATE TABLE orders (id integer PRIMARY KEY, total amount, parts amount[]);
INSERT INTO orders VALUES (1, 2, '{3}');
