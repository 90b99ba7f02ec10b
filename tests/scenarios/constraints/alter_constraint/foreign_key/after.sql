CREATE TABLE users (id integer PRIMARY KEY);
CREATE TABLE orders (
    buyer integer CONSTRAINT buyer REFERENCES users DEFERRABLE,
    seller integer CONSTRAINT seller REFERENCES users ON DELETE CASCADE
);
