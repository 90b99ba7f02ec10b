CREATE TABLE users (id int UNIQUE);
ALTER TABLE users ADD CONSTRAINT users_id_again UNIQUE (id);
CREATE TABLE orders (user_id int);
