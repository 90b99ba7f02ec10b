CREATE DOMAIN amount AS integer DEFAULT 2 NOT NULL CONSTRAINT not_negative CHECK (VALUE >= 0) CONSTRAINT small CHECK (VALUE < 1000);
COMMENT ON CONSTRAINT small ON DOMAIN amount IS 'For now';
CREATE TABLE orders (id integer PRIMARY KEY, total amount, tax amount);
CREATE TABLE refunds (total amount);
