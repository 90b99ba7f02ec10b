CREATE TABLE users (id int PRIMARY KEY, uid int NOT NULL UNIQUE);
ALTER TABLE users ADD CONSTRAINT users_id_key UNIQUE (id);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id));
