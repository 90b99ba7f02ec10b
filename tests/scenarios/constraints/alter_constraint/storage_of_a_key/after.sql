CREATE TABLE users (id integer PRIMARY KEY, name text UNIQUE WITH (deduplicate_items = off));
CREATE TABLE orders (id integer PRIMARY KEY WITH (fillfactor = 80));
