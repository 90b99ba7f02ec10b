CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE pets (
    id integer PRIMARY KEY,
    owner integer CONSTRAINT pets_owner REFERENCES owners (id) ON DELETE SET NULL
);
CREATE INDEX pets_by_owner ON pets (owner);
INSERT INTO owners VALUES (1), (2);
INSERT INTO pets VALUES (1, 1), (2, NULL), (3, 2);
