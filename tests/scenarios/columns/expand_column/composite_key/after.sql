CREATE TABLE lines (
    document integer,
    line integer,
    body text COLLATE "C",
    CONSTRAINT lines_key PRIMARY KEY (document, line) INCLUDE (body)
);
CREATE TABLE notes (
    document integer,
    line smallint,
    CONSTRAINT notes_line FOREIGN KEY (document, line) REFERENCES lines (document, line)
        ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
);
