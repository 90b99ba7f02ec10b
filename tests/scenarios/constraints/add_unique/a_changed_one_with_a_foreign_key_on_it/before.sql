CREATE TABLE users (id int CONSTRAINT users_id UNIQUE, note text);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id) ON DELETE CASCADE);
