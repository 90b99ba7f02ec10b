CREATE TABLE tickets (office text, number integer);
INSERT INTO tickets VALUES ('a', 1), ('a', 2), ('b', 1);
