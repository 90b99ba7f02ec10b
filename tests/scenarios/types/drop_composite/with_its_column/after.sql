CREATE TABLE diary (id integer PRIMARY KEY);
