CREATE TABLE users (id int, code text DEFAULT 'none', CONSTRAINT code_there CHECK (code <> ''));
CREATE TABLE admins (level int) INHERITS (users);
CREATE VIEW codes AS SELECT code FROM admins;
INSERT INTO admins SELECT n, 'code' || n FROM generate_series(1, 50) AS n;
