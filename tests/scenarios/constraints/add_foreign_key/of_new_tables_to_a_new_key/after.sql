CREATE TABLE users (id int, uid int UNIQUE);
CREATE TABLE orders (user_id int REFERENCES users (uid), invoice int);
CREATE TABLE invoices (id int PRIMARY KEY, order_owner int REFERENCES users (uid));
ALTER TABLE orders ADD FOREIGN KEY (invoice) REFERENCES invoices NOT VALID;
