CREATE UNLOGGED TABLE kept (id serial PRIMARY KEY, note text);
CREATE TABLE cache (k text PRIMARY KEY, v text);
