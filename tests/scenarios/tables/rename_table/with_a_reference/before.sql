CREATE TABLE people (id int PRIMARY KEY, name text, mail text);
CREATE TABLE letters (id int PRIMARY KEY, to_id int REFERENCES people);
