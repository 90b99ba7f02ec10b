CREATE TABLE users (id int, note text);
CREATE UNIQUE INDEX users_id ON users (id) INCLUDE (note);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id));
