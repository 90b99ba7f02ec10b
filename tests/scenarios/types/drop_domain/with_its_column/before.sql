CREATE DOMAIN amount AS numeric(10,2) DEFAULT 0 CHECK (VALUE >= 0);
CREATE TABLE orders (id integer PRIMARY KEY, total amount);
