CREATE TABLE users (id bigint PRIMARY KEY, email text, last_login timestamptz);
