CREATE DOMAIN amount AS bigint CHECK (VALUE > 0);
CREATE TABLE orders (id integer PRIMARY KEY, total amount, parts amount[]);
