CREATE TYPE mood AS ENUM ('fine');
CREATE TYPE state AS ENUM ('fine');
CREATE DOMAIN count AS integer CHECK (VALUE > 0);
CREATE TABLE t (at timestamp, mood state DEFAULT 'fine', is_open bigint, amount boolean, counts count, words integer[], spans int4range, bits bit(8), total text);
