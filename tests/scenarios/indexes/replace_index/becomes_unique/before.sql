CREATE TABLE users (id integer PRIMARY KEY, email text);
CREATE INDEX users_email ON users (email);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
