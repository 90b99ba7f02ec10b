CREATE TABLE users (id text PRIMARY KEY);
CREATE TABLE orders (buyer text REFERENCES users);
CREATE TABLE counts (id integer PRIMARY KEY);
CREATE TABLE uses (count integer REFERENCES counts);
