CREATE TABLE users (id bigint PRIMARY KEY, email varchar(200));
CREATE INDEX users_email ON users (email);
