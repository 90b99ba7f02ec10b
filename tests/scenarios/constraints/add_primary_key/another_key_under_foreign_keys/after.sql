CREATE TABLE users (id int NOT NULL UNIQUE, uid int NOT NULL PRIMARY KEY);
CREATE TABLE orders (user_id int CONSTRAINT orders_user REFERENCES users (id));
