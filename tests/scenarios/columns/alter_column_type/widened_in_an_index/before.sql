CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));
CREATE INDEX users_email ON users (email);
