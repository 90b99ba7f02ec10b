CREATE TYPE state AS ENUM ('open', 'new');
CREATE DOMAIN known AS state DEFAULT 'new';
CREATE TABLE states (state state PRIMARY KEY);
CREATE TABLE tasks (id integer PRIMARY KEY, state state DEFAULT 'open' REFERENCES states, past state[] DEFAULT '{new}', first known, CHECK (state <> 'open'));
CREATE INDEX ON tasks (id) WHERE state = 'new';
