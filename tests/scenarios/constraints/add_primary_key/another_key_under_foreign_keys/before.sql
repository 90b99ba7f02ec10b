CREATE TABLE users (id int PRIMARY KEY, uid int NOT NULL UNIQUE);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id));
