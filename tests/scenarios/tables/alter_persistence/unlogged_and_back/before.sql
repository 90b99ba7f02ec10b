CREATE TABLE kept (id serial PRIMARY KEY, note text);
CREATE UNLOGGED TABLE cache (k text PRIMARY KEY, v text);
