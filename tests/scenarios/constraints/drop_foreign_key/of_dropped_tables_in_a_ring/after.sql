CREATE TABLE kept (id int PRIMARY KEY); CREATE TABLE c (a int);
