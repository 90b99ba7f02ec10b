CREATE TABLE users (id int, note text, CONSTRAINT users_id UNIQUE (id) INCLUDE (note));
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id) ON DELETE CASCADE);
