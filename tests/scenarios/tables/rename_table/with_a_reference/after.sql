CREATE TABLE users (id int CONSTRAINT people_pkey PRIMARY KEY, name text, mail text);
CREATE TABLE letters (id int PRIMARY KEY, to_id int REFERENCES users);
