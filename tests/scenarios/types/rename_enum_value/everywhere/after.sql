CREATE TYPE state AS ENUM ('fresh', 'open');
CREATE TABLE tasks (id integer PRIMARY KEY, state state DEFAULT 'fresh', past state[] DEFAULT '{fresh,open}', CHECK (state <> 'fresh' OR id > 0));
CREATE INDEX ON tasks (id) WHERE state = 'fresh';
