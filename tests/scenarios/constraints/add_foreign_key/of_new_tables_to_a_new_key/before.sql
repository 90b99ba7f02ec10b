CREATE TABLE users (id int, uid int);
