CREATE TABLE items (
    id bigserial PRIMARY KEY,
    code varchar(10) NOT NULL CONSTRAINT items_code UNIQUE,
    amount numeric(12, 2) DEFAULT 1.5 CONSTRAINT items_amount CHECK (amount > 0),
    note text
);
COMMENT ON COLUMN items.amount IS 'pieces';
COMMENT ON CONSTRAINT items_amount ON items IS 'at least one';
CREATE INDEX items_by_amount ON items (amount, code);
COMMENT ON INDEX items_by_amount IS 'for the list';
