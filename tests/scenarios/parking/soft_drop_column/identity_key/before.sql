CREATE TABLE users (team int, id int GENERATED ALWAYS AS IDENTITY, name text, parent int, PRIMARY KEY (team, id), UNIQUE (id));
ALTER TABLE users ADD CONSTRAINT users_parent_fkey FOREIGN KEY (parent) REFERENCES users (id);
CREATE TABLE badges (id bigserial PRIMARY KEY, owner int REFERENCES users (id), team int, FOREIGN KEY (team, owner) REFERENCES users);
INSERT INTO users (team, name) SELECT 1, 'user' || n FROM generate_series(1, 50) AS n;
INSERT INTO badges (owner, team) SELECT n, 1 FROM generate_series(1, 50) AS n;
