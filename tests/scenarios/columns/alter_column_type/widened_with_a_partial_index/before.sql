CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));
CREATE INDEX users_with_email ON users (id) WHERE email <> '';
