CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first_name text,
    last_name text
);
INSERT INTO users (first_name, last_name) VALUES ('Anna', 'Berg'), ('Cher', NULL), (NULL, NULL);
