CREATE TABLE users (id int PRIMARY KEY, tenant int, name text, UNIQUE (tenant, name));
CREATE TABLE orders (id int PRIMARY KEY, user_id int, tenant int, "User" text, parent int);
ALTER TABLE orders ADD CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE orders ADD CONSTRAINT orders_tenant FOREIGN KEY (tenant, "User") REFERENCES users (tenant, name) MATCH FULL DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD CONSTRAINT orders_parent FOREIGN KEY (parent) REFERENCES orders;
ALTER TABLE orders ADD CONSTRAINT orders_unchecked FOREIGN KEY (id) REFERENCES users NOT VALID;
COMMENT ON CONSTRAINT orders_user ON orders IS 'who bought';
