CREATE TABLE users (id int CONSTRAINT u_pk PRIMARY KEY, email text CONSTRAINT u_mail UNIQUE, age int CONSTRAINT u_age CHECK (age > 0));
CREATE TABLE orders (user_id int CONSTRAINT o_user REFERENCES users);
COMMENT ON CONSTRAINT u_age ON users IS 'of age';
CREATE TABLE t (during int4range, CONSTRAINT x EXCLUDE USING gist (during WITH &&));
