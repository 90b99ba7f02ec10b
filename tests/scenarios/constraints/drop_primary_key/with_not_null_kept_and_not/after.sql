CREATE TABLE kept (id int NOT NULL);
CREATE TABLE freed (a int NOT NULL, b int);
