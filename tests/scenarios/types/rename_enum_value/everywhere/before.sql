CREATE TYPE state AS ENUM ('new', 'open');
CREATE TABLE tasks (id integer PRIMARY KEY, state state DEFAULT 'new', past state[] DEFAULT '{new,open}', CHECK (state <> 'new' OR id > 0));
CREATE INDEX ON tasks (id) WHERE state = 'new';
