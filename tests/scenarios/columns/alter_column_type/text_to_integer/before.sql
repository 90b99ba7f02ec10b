CREATE TABLE users (id int PRIMARY KEY, age text DEFAULT 'x');
