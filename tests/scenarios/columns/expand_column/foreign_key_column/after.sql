CREATE TABLE owners (id bigint PRIMARY KEY);
CREATE TABLE pets (
    id integer PRIMARY KEY,
    owner bigint CONSTRAINT pets_owner REFERENCES owners (id) ON DELETE SET NULL
);
CREATE INDEX pets_by_owner ON pets (owner);
