CREATE TABLE people (
    id integer PRIMARY KEY,
    mail text NOT NULL DEFAULT 'none' CONSTRAINT people_mail CHECK (mail <> ''),
    age integer
);
CREATE UNIQUE INDEX people_by_mail ON people (mail);
CREATE TABLE letters (receiver text CONSTRAINT letters_receiver REFERENCES people (mail));
INSERT INTO people VALUES (1, 'anna@example.org', 30), (2, 'bert@example.org', NULL);
INSERT INTO letters VALUES ('anna@example.org');
