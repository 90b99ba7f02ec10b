CREATE TABLE public.t (id int);
CREATE SCHEMA "Sales Desk";
COMMENT ON SCHEMA "Sales Desk" IS 'where it''s sold';
CREATE TYPE "Sales Desk".mood AS ENUM ('good', 'bad');
CREATE TABLE "Sales Desk".orders (id int PRIMARY KEY, mood "Sales Desk".mood);
