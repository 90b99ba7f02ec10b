CREATE TABLE users (id uuid PRIMARY KEY);
CREATE TABLE orders (buyer uuid REFERENCES users);
CREATE TABLE counts (id bigint PRIMARY KEY);
CREATE TABLE uses (count bigint REFERENCES counts);
