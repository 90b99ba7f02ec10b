CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, age int CHECK (age > 0));
COMMENT ON CONSTRAINT users_age_check ON users IS 'old enough';
CREATE TABLE orders (user_id int CONSTRAINT "Order's user" REFERENCES users);
CREATE TABLE t (during int4range, CONSTRAINT y EXCLUDE USING gist (during WITH &&));
