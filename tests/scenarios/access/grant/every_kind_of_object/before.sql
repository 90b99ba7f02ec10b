CREATE SCHEMA sales;
CREATE TABLE sales.orders (id int GENERATED ALWAYS AS IDENTITY, owner text, total numeric);
CREATE SEQUENCE sales.numbers;
CREATE TYPE sales.state AS ENUM ('open', 'paid');
