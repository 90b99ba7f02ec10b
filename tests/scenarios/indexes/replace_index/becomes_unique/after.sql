CREATE TABLE users (id integer PRIMARY KEY, email text);
CREATE UNIQUE INDEX users_email ON users (email) INCLUDE (id) WITH (fillfactor='80');
