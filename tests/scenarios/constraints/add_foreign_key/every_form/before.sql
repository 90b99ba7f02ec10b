CREATE TABLE users (id int PRIMARY KEY, tenant int, name text, UNIQUE (tenant, name));
CREATE TABLE orders (id int PRIMARY KEY, user_id int, tenant int, "User" text, parent int);
INSERT INTO users VALUES (1, 1, 'a');
INSERT INTO orders VALUES (1, 1, 1, 'a', 1), (2, NULL, NULL, NULL, 1);
