CREATE TABLE tickets (office text, number integer, PRIMARY KEY (office, number));
INSERT INTO tickets VALUES ('a', 1), ('a', 2), ('b', 1);
