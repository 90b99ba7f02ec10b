CREATE DOMAIN amount AS integer DEFAULT 0 CONSTRAINT positive CHECK (VALUE >= 0) CONSTRAINT even CHECK (VALUE % 2 = 0);
CREATE TABLE orders (id integer PRIMARY KEY, total amount, tax amount);
CREATE TABLE refunds (total amount);
INSERT INTO orders VALUES (1, 2, 4);
