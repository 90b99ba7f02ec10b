CREATE DOMAIN money_amount AS numeric NOT NULL CONSTRAINT positive CHECK (VALUE >= 0);
CREATE TYPE twins AS (a integer, b money_amount);
CREATE TABLE t (id integer, x money_amount, p twins);
