CREATE TABLE people (id int);
CREATE TABLE heirs () INHERITS (people);
CREATE TABLE users (id int, code text) PARTITION BY RANGE (id);
CREATE TABLE users_low PARTITION OF users FOR VALUES FROM (0) TO (100);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
