CREATE DOMAIN amount AS integer CONSTRAINT small CHECK (VALUE < 1000);
CREATE TABLE orders (id integer PRIMARY KEY, total amount);
