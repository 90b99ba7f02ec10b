CREATE DOMAIN amount AS numeric NOT NULL CONSTRAINT positive CHECK (VALUE >= 0);
CREATE TYPE pair AS (a integer, b amount);
CREATE TABLE t (id integer, x amount, p pair);
