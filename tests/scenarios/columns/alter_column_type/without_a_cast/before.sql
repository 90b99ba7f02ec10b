CREATE TYPE mood AS ENUM ('fine');
CREATE TYPE state AS ENUM ('fine');
CREATE DOMAIN count AS integer CHECK (VALUE > 0);
CREATE TABLE t (at bigint, mood mood DEFAULT 'fine', is_open boolean, amount bigint, counts integer, words text[], spans text, bits integer, total integer);
