CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20) CHECK (email <> ''));
