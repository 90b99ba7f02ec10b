CREATE TABLE countries (code varchar(8) PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, country varchar(3) REFERENCES countries);
