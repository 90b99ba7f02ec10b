CREATE DOMAIN amount AS numeric(10,2) DEFAULT 0 NOT NULL CONSTRAINT positive CHECK (VALUE >= 0);
ALTER DOMAIN amount ADD CONSTRAINT small CHECK (VALUE < 1000) NOT VALID;
COMMENT ON DOMAIN amount IS 'What is paid';
COMMENT ON CONSTRAINT positive ON DOMAIN amount IS 'Nobody is paid back';
CREATE DOMAIN code AS text COLLATE "C";
CREATE TABLE orders (id integer PRIMARY KEY, total amount);
