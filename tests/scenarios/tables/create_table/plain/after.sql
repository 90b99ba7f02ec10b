CREATE SCHEMA shop;
CREATE TABLE shop."Order" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    total numeric(10,2) DEFAULT 0 CHECK (total >= 0),
    with_tax numeric GENERATED ALWAYS AS (total * 1.2) STORED
);
COMMENT ON TABLE shop."Order" IS 'what was bought';
COMMENT ON COLUMN shop."Order".code IS 'as printed';
