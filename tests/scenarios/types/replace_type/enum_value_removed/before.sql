CREATE TYPE state AS ENUM ('new', 'open', 'done');
CREATE DOMAIN known AS state DEFAULT 'new';
CREATE TABLE states (state state PRIMARY KEY);
CREATE TABLE tasks (id integer PRIMARY KEY, state state DEFAULT 'new' REFERENCES states, past state[] DEFAULT '{new}', first known, CHECK (state <> 'done'));
CREATE INDEX ON tasks (id) WHERE state = 'new';
INSERT INTO states VALUES ('new');
INSERT INTO tasks VALUES (1, 'new', '{new,open}', 'open');
