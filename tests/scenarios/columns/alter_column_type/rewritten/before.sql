CREATE TABLE users (id int PRIMARY KEY, age int DEFAULT 7);
CREATE INDEX users_age_idx ON users (age);
