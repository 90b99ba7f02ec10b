CREATE TABLE people (
    id integer PRIMARY KEY,
    email text NOT NULL DEFAULT 'none' CONSTRAINT people_mail CHECK (email <> ''),
    age integer
);
CREATE UNIQUE INDEX people_by_mail ON people (email);
CREATE TABLE letters (receiver text CONSTRAINT letters_receiver REFERENCES people (email));
