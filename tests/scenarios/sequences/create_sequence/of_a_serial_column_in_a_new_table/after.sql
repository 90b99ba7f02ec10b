CREATE TABLE t (id int);
CREATE TABLE orders (id serial PRIMARY KEY, number bigserial);
