CREATE TABLE items (
    id serial PRIMARY KEY,
    code varchar(10) NOT NULL CONSTRAINT items_code UNIQUE,
    amount integer DEFAULT 1 CONSTRAINT items_amount CHECK (amount > 0)
);
COMMENT ON COLUMN items.amount IS 'pieces';
COMMENT ON CONSTRAINT items_amount ON items IS 'at least one';
CREATE INDEX items_by_amount ON items (amount, code);
COMMENT ON INDEX items_by_amount IS 'for the list';
INSERT INTO items (code, amount) VALUES ('a', 3), ('b', NULL), ('c', 9);
