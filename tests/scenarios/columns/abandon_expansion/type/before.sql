CREATE TABLE users (id integer PRIMARY KEY, age smallint NOT NULL DEFAULT 0 CHECK (age >= 0));
CREATE TABLE orders (user_id integer CONSTRAINT orders_user REFERENCES users (id));
INSERT INTO users VALUES (1, 5), (2, 7);
