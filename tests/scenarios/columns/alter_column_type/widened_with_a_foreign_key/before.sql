CREATE TABLE countries (code varchar(3) PRIMARY KEY);
CREATE TABLE users (id bigint PRIMARY KEY, country varchar(3) REFERENCES countries);
