CREATE SCHEMA "Sales Desk";
COMMENT ON SCHEMA "Sales Desk" IS 'where it''s sold';
CREATE TYPE "Sales Desk".mood AS ENUM ('good', 'bad');
CREATE TABLE "Sales Desk".orders (
    id integer NOT NULL,
    mood "Sales Desk".mood,
    CONSTRAINT orders_pkey PRIMARY KEY (id)
);
