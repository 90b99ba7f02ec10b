CREATE TABLE users (id int);
ALTER TABLE users ADD CONSTRAINT users_id_again UNIQUE (id);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id));
